"""Writes schedules.json beside this file: the learning rates that transformers' own get_scheduler gives.

    python make_schedule_golden.py        # needs torch and transformers
"""
import json, pathlib
import torch, transformers
from transformers import get_scheduler

CASES = [  # name, peak, warmup steps, steps, arguments
    ("linear", 2e-4, 0, 12, {}), ("linear", 0.02, 1, 5, {}), ("linear", 1e-3, 7, 20, {}),
    ("cosine", 2e-4, 3, 17, {}), ("cosine", 2e-4, 0, 9, {"num_cycles": 1.25}),
    ("cosine_with_restarts", 5e-4, 2, 20, {}), ("cosine_with_restarts", 5e-4, 2, 20, {"num_cycles": 3}),
    ("constant", 3e-4, 0, 6, {}), ("constant", 3e-4, 4, 6, {}),
    ("constant_with_warmup", 3e-4, 4, 9, {}),
    ("polynomial", 1e-3, 0, 11, {}), ("polynomial", 1e-3, 3, 11, {"lr_end": 1e-5, "power": 2.0}),
]
out = []
for name, peak, warmup, steps, arguments in CASES:
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=peak)
    schedule = get_scheduler(name, optimizer, num_warmup_steps=warmup, num_training_steps=steps, scheduler_specific_kwargs=dict(arguments))
    rates = []
    for _ in range(steps + 1):  # one past the end too
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step(); schedule.step()
    out.append({"schedule": name, "peak": peak, "warmup_steps": warmup, "steps": steps, "arguments": arguments, "rates": rates})
here = pathlib.Path(__file__).parent
here.joinpath("schedules.json").write_text(json.dumps({"transformers": transformers.__version__, "cases": out}, indent=1) + "\n")
