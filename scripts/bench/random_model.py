"""Writes a model of Llama's or Qwen2's shape with random weights in bf16, for timing where no real model of that size is at hand.

    python random_model.py --shape tiny|0.5b|1b|7b --tokenizer DIR [--layers N] OUT

The tokenizer's files are copied along; the vocabulary is its own, in Qwen2's shape as large as Qwen2's. Any Python does, and little memory: a file a layer, each value drawn from four
million normal ones that are shuffled by the block.
"""
import argparse, array, json, random, shutil, struct
from pathlib import Path

SHAPES = {  # hidden, layers, heads, key heads, inner: Qwen2.5-0.5B's, TinyLlama's, Llama 2's
    "tiny": (256, 4, 8, 2, 704), "0.5b": (896, 24, 14, 2, 4864), "1b": (2048, 22, 32, 4, 5632), "7b": (4096, 32, 32, 32, 11008)}
QWEN2, QWEN2_VOCABULARY = {"0.5b"}, 151936  # biases of q, k and v, one table for embedding and head
POOL, BLOCK = 1 << 22, 1 << 18  # values


def bf16(values):
    """The upper halves of fp32."""
    wide, narrow = array.array("f", values).tobytes(), bytearray(2 * len(values))
    narrow[0::2], narrow[1::2] = wide[2::4], wide[3::4]
    return bytes(narrow)


def normal(count):
    """Yields the bytes of so many values."""
    for at in range(0, count, BLOCK):
        start = 2 * draw.randrange(POOL - BLOCK)
        yield memoryview(pool)[start : start + 2 * min(BLOCK, count - at)]


def write(file, tensors):
    header, at = {}, 0
    for name, shape in tensors.items():
        count = shape[0] * (shape[1] if len(shape) > 1 else 1)
        header[name] = {"dtype": "BF16", "shape": shape, "data_offsets": [at, at + 2 * count]}
        at += 2 * count
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(file, "wb") as f:
        f.write(struct.pack("<Q", len(text)) + text)
        for shape in tensors.values():
            if len(shape) == 1:
                f.write(bf16([1.0] * shape[0]))
            else:
                f.writelines(normal(shape[0] * shape[1]))
    return at


p = argparse.ArgumentParser()
p.add_argument("--shape", choices=SHAPES, required=True); p.add_argument("--tokenizer", type=Path, required=True); p.add_argument("out", type=Path)
p.add_argument("--layers", type=int, help="fewer than the shape has: memory and time grow by the layer")
a = p.parse_args()
d, layers, heads, key_heads, f = SHAPES[a.shape]
layers, kv = a.layers or layers, key_heads * (d // heads)
theirs = json.loads((a.tokenizer / "config.json").read_text())
qwen2 = a.shape in QWEN2
vocabulary = QWEN2_VOCABULARY if qwen2 else theirs["vocab_size"]
draw = random.Random(0)
pool = bf16([draw.gauss(0, 0.02) for _ in range(POOL)])

a.out.mkdir(parents=True, exist_ok=True)
for each in a.tokenizer.iterdir():
    if each.name != "config.json" and ".safetensors" not in each.name: shutil.copy(each, a.out)
(a.out / "config.json").write_text(json.dumps({
    "architectures": ["Qwen2ForCausalLM" if qwen2 else "LlamaForCausalLM"], "model_type": "qwen2" if qwen2 else "llama", "vocab_size": vocabulary, "hidden_size": d, "num_hidden_layers": layers,
    "num_attention_heads": heads, "num_key_value_heads": key_heads, "head_dim": d // heads, "intermediate_size": f, "hidden_act": "silu", "max_position_embeddings": 16384,
    "rms_norm_eps": 1e-6, "rope_theta": 1000000.0 if qwen2 else 10000.0, "bos_token_id": theirs.get("bos_token_id"), "eos_token_id": theirs.get("eos_token_id"),
    "pad_token_id": theirs.get("pad_token_id"), "tie_word_embeddings": qwen2, "attention_bias": qwen2, "mlp_bias": False, "torch_dtype": "bfloat16"}, indent=2))
files = [{"model.embed_tokens.weight": [vocabulary, d]}]
for i in range(layers):
    of = f"model.layers.{i}."
    files.append({
        of + "input_layernorm.weight": [d], of + "post_attention_layernorm.weight": [d],
        of + "self_attn.q_proj.weight": [d, d], of + "self_attn.k_proj.weight": [kv, d], of + "self_attn.v_proj.weight": [kv, d], of + "self_attn.o_proj.weight": [d, d],
        **({of + f"self_attn.{each}_proj.bias": [rows] for each, rows in (("q", d), ("k", kv), ("v", kv))} if qwen2 else {}),
        of + "mlp.gate_proj.weight": [f, d], of + "mlp.up_proj.weight": [f, d], of + "mlp.down_proj.weight": [d, f]})
files.append({"model.norm.weight": [d], **({} if qwen2 else {"lm_head.weight": [vocabulary, d]})})
home, total = {}, 0
for i, tensors in enumerate(files):
    name = f"model-{i + 1:05d}-of-{len(files):05d}.safetensors"
    total += write(a.out / name, tensors)
    home.update(dict.fromkeys(tensors, name))
(a.out / "model.safetensors.index.json").write_text(json.dumps({"metadata": {"total_size": total}, "weight_map": home}))
