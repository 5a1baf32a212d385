"""bench/gpu: tokens a second, memory and loss of the trainer on a GPU, beside TRL + PEFT on the same card, model, rows and order.

    python scripts/bench/gpu.py --model DIR --data train.jsonl.gz --batch 16 --steps 10 [--trainer "…/kubetune-trainer"] [--peer ../shared/bench/peer_sft.py]

DATA is GSM8K's {question, answer}; --join N makes one document of N rows, so that documents are long. LoRA on all linears, loss on the answers,
rows in file order, no packing. With --peer both start from one adapter. A model of random weights comes from random_model.py. Tokens a second
are without padding and of the second half of the steps; memory is what the driver counts for us, and what PyTorch's allocator counted for the peer
(less the CUDA context, about half a gigabyte). FLOP/s are those of the model: 4·P + 7·S·d·L + 6·N a token.
"""
import argparse, gzip, hashlib, json, os, shlex, subprocess, sys, tempfile
from pathlib import Path

p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
p.add_argument("--model", type=Path, required=True); p.add_argument("--data", type=Path, required=True)
p.add_argument("--batch", type=int, default=16); p.add_argument("--steps", type=int, default=10); p.add_argument("--rank", type=int, default=16)
p.add_argument("--join", type=int, default=1); p.add_argument("--max-length", type=int, default=2048)
p.add_argument("--trainer", default="target/dist/trainer/bin/kubetune-trainer"); p.add_argument("--peer", type=Path)
p.add_argument("--dtype", default="bfloat16"); p.add_argument("--compute", default="auto"); p.add_argument("--memory", default="fast"); p.add_argument("--qlora", action="store_true")
p.add_argument("--name", default=""); p.add_argument("--profile", action="store_true")
a = p.parse_args()
work = Path(tempfile.mkdtemp(prefix="bench-gpu."))

with (gzip.open if a.data.suffix == ".gz" else open)(a.data, "rt") as f:
    rows = [json.loads(line) for line in f][: a.steps * a.batch * a.join]
joined = [{"question": rows[i]["question"], "answer": "\n\n".join([rows[i]["answer"]] + [f"{r['question']}\n{r['answer']}" for r in rows[i + 1 : i + a.join]])}
          for i in range(0, len(rows), a.join)]
with gzip.open(work / "rows.jsonl.gz", "wt") as f:
    f.writelines(json.dumps(r) + "\n" for r in joined)
(work / "data").mkdir()
text = "".join(json.dumps({"messages": [{"role": "user", "content": r["question"]}, {"role": "assistant", "content": r["answer"]}]}) + "\n" for r in joined).encode()
(work / "data/train.jsonl").write_bytes(text)
(work / "data/manifest.json").write_text(json.dumps({"contract": 1, "shape": "messages", "source": str(a.data), "mapping": {}, "origins": [],
    "files": [{"name": "train.jsonl", "rows": len(joined), "bytes": len(text), "sha256": hashlib.sha256(text).hexdigest()}]}))

peer, losses = None, None
if a.peer:
    said = subprocess.run(
        [sys.executable, a.peer, "--model", a.model, "--data", work / "rows.jsonl.gz", "--steps", str(a.steps), "--batch", str(a.batch), "--rank", str(a.rank),
         "--max-length", str(a.max_length), "--dtype", a.dtype, "--init", work / "initial"] + (["--qlora"] if a.qlora else []), capture_output=True, text=True)
    lines = [json.loads(l) for l in said.stdout.splitlines() if l.startswith("{\"")]
    if not lines or "summary" not in lines[-1]: print(f"the peer failed: {said.stderr[-1500:]}")
    else:
        steps = lines[:-1]
        peer = {"tokens_per_second": sum(s["tokens"] for s in steps[len(steps) // 2 :]) / sum(s["seconds"] for s in steps[len(steps) // 2 :]), "memory": (lines[-1]["peak_gpu_mb"] or lines[-1]["peak_rss_mb"]) / 1024,
                "first": lines[-1]["seconds_to_first_step"], "step": sorted(s["seconds"] for s in steps)[len(steps) // 2]}
        losses = [s["loss"] for s in steps]

quantized = "  QuantizationConfig: {load_in_4bit: true, bnb_4bit_quant_type: nf4, bnb_4bit_use_double_quant: true, bnb_4bit_compute_dtype: bfloat16}\n" if a.qlora else ""
initial = f", initial_adapter: {work}/initial" if losses else ""
(work / "config.yaml").write_text(f"""training_config:
  ModelConfig: {{pretrained_model_name_or_path: {a.model.resolve()}, torch_dtype: {a.dtype}}}
{quantized}  LoraConfig: {{r: {a.rank}, lora_alpha: {a.rank}, lora_dropout: 0.0, target_modules: all-linear}}
  TrainingArguments: {{output_dir: {work}/out, max_steps: {a.steps}, per_device_train_batch_size: {a.batch}, learning_rate: 2e-4, lr_scheduler_type: constant,
    logging_steps: 1, save_strategy: "no", max_length: {a.max_length}, max_grad_norm: 1.0}}
  DatasetConfig: {{dataset_path: {work}/data, shuffle_dataset: false, train_test_split: 1}}
  KubetuneConfig: {{compute_type: {a.compute}, device: auto, memory: {a.memory}{initial}}}
""")
import time
began = time.time()
said = subprocess.run(shlex.split(a.trainer) + ["train", "--config", work / "config.yaml"] + (["--profile"] if a.profile else []), capture_output=True, text=True, env=os.environ)
events = [json.loads(l) for l in said.stdout.splitlines() if l.startswith("{\"")]
steps = [e for e in events if e["event"] == "step"]
if len(steps) < a.steps: sys.exit(f"the trainer failed: {said.stdout[-600:]} {said.stderr[-2500:]}")
started = next(e for e in events if e["event"] == "started")
from datetime import datetime
first = datetime.fromisoformat(steps[0]["time"]).timestamp() - began
ours = {"tokens_per_second": sum(s["tokens"] for s in steps[len(steps) // 2 :]) / sum(s["seconds"] for s in steps[len(steps) // 2 :]), "memory": max(s["peak_memory_bytes"] for s in steps) / 2**30}

c = json.loads((a.model / "config.json").read_text())
d, f, layers = c["hidden_size"], c["intermediate_size"], c["num_hidden_layers"]
heads = c["num_attention_heads"]; kv = c.get("num_key_value_heads", heads) * d // heads
labels = sum(s["label_tokens"] for s in steps) / sum(s["tokens"] for s in steps)
linears = layers * (2 * d * d + 2 * d * kv + 3 * d * f)
length = sum(s["tokens"] for s in steps) / len(joined)
flops = 4 * (linears + labels * d * c["vocab_size"]) + 7 * length * d * layers + 6 * started["trainable_parameters"]
print(f"{a.name or a.model.name}: {started['device']}, {started['storage_type']} weights, {started['compute_type']}, {a.batch} documents of {length:.0f} tokens a step, "
      f"{'QLoRA' if a.qlora else 'LoRA'} r {a.rank}, memory {a.memory}")
def row(who, r, extra): print(f"  {who:<10} {r['tokens_per_second']:>10,.0f} tokens/s {r['memory']:>7.1f} GiB  {flops * r['tokens_per_second'] / 1e12:>6.1f} TFLOP/s  {extra}")
if peer: row("TRL + PEFT", peer, f"first step after {peer['first']:.1f} s, later {peer['step']:.3f} s each")
row("trainer", ours, f"first step after {first:.1f} s, less itself {first - steps[0]['seconds']:.1f} s" + (f"; {ours['tokens_per_second'] / peer['tokens_per_second']:.2f} times the peer" if peer else ""))
print("  losses    ", " ".join(f"{s['loss']:.4f}" for s in steps[:10]))
print("  adapter's SHA-256", hashlib.sha256((work / "out/adapter_model.safetensors").read_bytes()).hexdigest()[:16])
if a.profile: print(said.stderr)
if losses: print("  peer's    ", " ".join(f"{x:.4f}" for x in losses[:10]))
