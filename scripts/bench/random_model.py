"""Writes a Llama-shaped model with random weights in bf16, for timing where no real model of that size is at hand.

    python random_model.py --shape 1b|7b --tokenizer DIR [--layers N] OUT

The tokenizer's files are copied along; the vocabulary is its own. Values are drawn on a GPU where there is one.
"""
import argparse, json, shutil
from pathlib import Path
import torch
from transformers import LlamaConfig, LlamaForCausalLM

SHAPES = {  # hidden, layers, heads, key heads, inner: TinyLlama's, Llama 2's
    "tiny": (256, 4, 8, 2, 704), "1b": (2048, 22, 32, 4, 5632), "7b": (4096, 32, 32, 32, 11008)}
p = argparse.ArgumentParser()
p.add_argument("--shape", choices=SHAPES, required=True); p.add_argument("--tokenizer", type=Path, required=True); p.add_argument("out", type=Path)
p.add_argument("--layers", type=int, help="fewer than the shape has: memory and time grow by the layer")
a = p.parse_args()
hidden, layers, heads, key_heads, inner = SHAPES[a.shape]
layers = a.layers or layers
theirs = json.loads((a.tokenizer / "config.json").read_text())
config = LlamaConfig(
    vocab_size=theirs["vocab_size"], hidden_size=hidden, num_hidden_layers=layers, num_attention_heads=heads, num_key_value_heads=key_heads,
    intermediate_size=inner, max_position_embeddings=4096, bos_token_id=theirs.get("bos_token_id"), eos_token_id=theirs.get("eos_token_id"),
    pad_token_id=theirs.get("pad_token_id"), tie_word_embeddings=False)
torch.manual_seed(0)
torch.set_default_dtype(torch.bfloat16)
with torch.device("cuda" if torch.cuda.is_available() else "cpu"):
    model = LlamaForCausalLM(config)
a.out.mkdir(parents=True, exist_ok=True)
model.save_pretrained(a.out)
for each in a.tokenizer.iterdir():
    if each.name not in ("config.json", "model.safetensors"): shutil.copy(each, a.out)
