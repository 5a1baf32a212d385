"""Writes adamw.safetensors beside this file: 25 steps of torch.optim.AdamW with torch.nn.utils.clip_grad_norm_.

    python make_adamw_golden.py           # needs torch and safetensors

The first 37 of 61 values decay, the rest do not. Per step s: gradients[s], the norm before the clip, the values after.
"""
import pathlib
import torch
from safetensors.torch import save_file

torch.manual_seed(20261123)
N, DECAYED, STEPS = 61, 37, 25
start = torch.randn(N)
gradients = torch.randn(STEPS, N) * torch.logspace(-4, 1, N)  # small enough that epsilon counts, large enough to be clipped
rates = torch.cat([torch.zeros(1), torch.linspace(0.05, 0.001, STEPS - 1)])
a, b = start[:DECAYED].clone().requires_grad_(), start[DECAYED:].clone().requires_grad_()
optimizer = torch.optim.AdamW([{"params": [a], "weight_decay": 0.1}, {"params": [b], "weight_decay": 0.0}],
                              betas=(0.9, 0.95), eps=1e-6, foreach=False)
norms, values = [], []
for s in range(STEPS):
    a.grad, b.grad = gradients[s, :DECAYED].clone(), gradients[s, DECAYED:].clone()
    norms.append(torch.nn.utils.clip_grad_norm_([a, b], 20.0))
    for group in optimizer.param_groups: group["lr"] = float(rates[s])
    optimizer.step()
    values.append(torch.cat([a.detach(), b.detach()]).clone())
save_file({"start": start, "gradients": gradients, "rates": rates, "norms": torch.stack(norms), "values": torch.stack(values)},
          pathlib.Path(__file__).parent / "adamw.safetensors")
