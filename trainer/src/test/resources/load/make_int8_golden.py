"""int8.safetensors: weights as bitsandbytes 0.50 stores them for load_in_8bit, and what it reads back.

Run with Hugging Face's libraries at hand: python make_int8_golden.py int8.safetensors
"""
import sys

import torch
from bitsandbytes.functional import int8_vectorwise_dequant, int8_vectorwise_quant
from safetensors.torch import save_file

data = {}
for name, shape in dict(normal=(40, 72), ragged=(7, 13), outliers=(16, 100), zeros=(5, 64)).items():
    generator = torch.Generator().manual_seed(len(name))
    weight = 0.05 * torch.randn(shape, generator=generator)
    if name == "outliers":
        weight[3, 7], weight[4, 0] = 30.0, -8.0
    if name == "zeros":
        weight[1] = 0
    if name == "ragged":
        weight = weight.bfloat16()
    # Int8Params casts to float16 before it quantizes.
    codes, scales, _ = int8_vectorwise_quant(weight.half())
    read = int8_vectorwise_dequant(codes, scales)
    data |= {f"{name}.weight": weight, f"{name}.codes": codes, f"{name}.absmax": scales, f"{name}.fp32": read.float()}
save_file({k: v.contiguous() for k, v in data.items()}, sys.argv[1])
