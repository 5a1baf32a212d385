"""bench/beside_peer: tokens a second, memory and losses of the trainer beside TRL + PEFT, on the same CPU or GPU, model, rows and order.

    python scripts/bench/beside_peer.py --model DIR --data train.jsonl.gz --batch 16 --steps 10 [--peer ../shared/bench/peer_sft.py]

DATA is GSM8K's {question, answer}; --join N makes one document of N rows, so that documents are long. LoRA on all linears, loss on the answers,
rows in file order, no packing. --system N puts a system prompt of N words on top of each document. With --peer both start from one adapter, and the Python that runs this needs torch, trl, peft and datasets; without,
any Python does. A model of random weights comes from random_model.py. Tokens a second are without padding, of the second half of the steps. Memory
is the process's peak, on a GPU what the driver counts for us and PyTorch's allocator for the peer (less the CUDA context, about half a gigabyte).
FLOP/s are those of the model: 4·P + 7·S·d·L + 6·N a token.
"""
import argparse, gzip, hashlib, json, shlex, subprocess, sys, tempfile, time
from datetime import datetime
from pathlib import Path
import leash


def arguments(description=__doc__, steps=10, batch=16):
    p = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--model", type=Path, required=True); p.add_argument("--data", type=Path, required=True); p.add_argument("--name", default="")
    p.add_argument("--batch", type=int, default=batch); p.add_argument("--steps", type=int, default=steps); p.add_argument("--rank", type=int, default=16)
    p.add_argument("--join", type=int, default=1); p.add_argument("--system", type=int, default=0); p.add_argument("--max-length", type=int, default=2048)
    p.add_argument("--trainer", default="target/dist/trainer/bin/kubetune-trainer"); p.add_argument("--peer", type=Path)
    p.add_argument("--dtype", default="bfloat16", help="what the weights are stored in, and the peer computes in")
    p.add_argument("--compute", default="auto"); p.add_argument("--memory", default="fast"); p.add_argument("--qlora", action="store_true")
    p.add_argument("--profile", action="store_true"); p.add_argument("--json", action="store_true", help="one line of JSON")
    a = p.parse_args()
    if a.system and a.peer:
        p.error("--system: the peer takes questions and answers alone")
    return a


PROMPT = """You are a patient teacher of mathematics. Read the whole question before you answer it, and write down what is given and what is asked for. Work in
small steps, one thought a line, and show the arithmetic of each step in full so that a pupil can follow it without a calculator. Keep units with the numbers that
they belong to. Where a question leaves something open, say which reading you take and why. Check the result at the end by putting it back into the question, and
state it alone on the last line behind four hash signs. Never guess, and never skip a step because it seems easy."""


def system(words):
    text = PROMPT.split()
    return [{"role": "system", "content": " ".join(text[i % len(text)] for i in range(words))}] if words else []


def rows(a, work):
    """Writes the same documents as the peer reads them and as the trainer does; returns how many."""
    with (gzip.open if a.data.suffix == ".gz" else open)(a.data, "rt") as f:
        read = [json.loads(line) for line in f][: a.steps * a.batch * a.join]
    joined = [{"question": read[i]["question"],
               "answer": "\n\n".join([read[i]["answer"]] + [f"{r['question']}\n{r['answer']}" for r in read[i + 1 : i + a.join]])}
              for i in range(0, len(read), a.join)]
    with gzip.open(work / "rows.jsonl.gz", "wt") as f:
        f.writelines(json.dumps(r) + "\n" for r in joined)
    turns = [system(a.system) + [{"role": "user", "content": r["question"]}, {"role": "assistant", "content": r["answer"]}] for r in joined]
    text = "".join(json.dumps({"messages": t}) + "\n" for t in turns).encode()
    (work / "data").mkdir()
    (work / "data/train.jsonl").write_bytes(text)
    file = {"name": "train.jsonl", "rows": len(joined), "bytes": len(text), "sha256": hashlib.sha256(text).hexdigest()}
    (work / "data/manifest.json").write_text(json.dumps(
        {"contract": 1, "shape": "messages", "source": str(a.data), "mapping": {}, "origins": [], "files": [file]}))
    return len(joined)


def rate(steps):
    later = steps[len(steps) // 2 :]
    return sum(s["tokens"] for s in later) / sum(s["seconds"] for s in later)


def objects(text):
    return [json.loads(line) for line in text.splitlines() if line.startswith('{"')]


def run_peer(a, work):
    said = subprocess.run(
        [sys.executable, a.peer, "--model", a.model, "--data", work / "rows.jsonl.gz", "--steps", str(a.steps), "--batch", str(a.batch), "--rank", str(a.rank),
         "--max-length", str(a.max_length), "--dtype", a.dtype, "--init", work / "initial"] + (["--qlora"] if a.qlora else []), capture_output=True, text=True)
    lines = objects(said.stdout)
    if not lines or "summary" not in lines[-1]:
        print(f"the peer failed: {said.stderr[-1500:]}", file=sys.stderr)
        return None
    steps, end = lines[:-1], lines[-1]
    return {"tokens_per_second": rate(steps), "gib": (end["peak_gpu_mb"] or end["peak_rss_mb"]) / 1024, "first": end["seconds_to_first_step"],
            "step": sorted(s["seconds"] for s in steps)[len(steps) // 2], "losses": [s["loss"] for s in steps]}


def run_trainer(a, work, initial):
    quantized = "QuantizationConfig: {load_in_4bit: true, bnb_4bit_quant_type: nf4, bnb_4bit_use_double_quant: true, bnb_4bit_compute_dtype: bfloat16}" if a.qlora else ""
    (work / "config.yaml").write_text(f"""training_config:
  ModelConfig: {{pretrained_model_name_or_path: {a.model.resolve()}, torch_dtype: {a.dtype}}}
  {quantized}
  LoraConfig: {{r: {a.rank}, lora_alpha: {a.rank}, lora_dropout: 0.0, target_modules: all-linear}}
  TrainingArguments: {{output_dir: {work}/out, max_steps: {a.steps}, per_device_train_batch_size: {a.batch}, learning_rate: 2e-4, lr_scheduler_type: constant,
    logging_steps: 1, save_strategy: "no", max_length: {a.max_length}, max_grad_norm: 1.0}}
  DatasetConfig: {{dataset_path: {work}/data, shuffle_dataset: false, train_test_split: 1}}
  KubetuneConfig: {{compute_type: {a.compute}, device: auto, memory: {a.memory}{f", initial_adapter: {work}/initial" if initial else ""}}}
""")
    began = time.time()
    said = subprocess.run(shlex.split(a.trainer) + ["train", "--config", work / "config.yaml"] + (["--profile"] if a.profile else []), capture_output=True, text=True)
    events = objects(said.stdout)
    steps = [e for e in events if e["event"] == "step"]
    if len(steps) < a.steps:
        sys.exit(f"the trainer failed: {said.stdout[-600:]} {said.stderr[-2500:]}")
    first = datetime.fromisoformat(steps[0]["time"]).timestamp() - began
    return {"tokens_per_second": rate(steps), "gib": max(s["peak_memory_bytes"] for s in steps) / 2**30, "first": first, "start": first - steps[0]["seconds"],
            "step": sorted(s["seconds"] for s in steps)[len(steps) // 2], "losses": [s["loss"] for s in steps], "started": next(e for e in events if e["event"] == "started"),
            "best": max(s["tokens"] / s["seconds"] for s in steps), "tokens": sum(s["tokens"] for s in steps), "labels": sum(s["label_tokens"] for s in steps), "steps": steps,
            "adapter": hashlib.sha256((work / "out/adapter_model.safetensors").read_bytes()).hexdigest(), "talk": said.stderr}


def flops_a_token(model, length, label_share, trainable):
    c = json.loads((model / "config.json").read_text())
    d, f, layers, heads = c["hidden_size"], c["intermediate_size"], c["num_hidden_layers"], c["num_attention_heads"]
    kv = c.get("num_key_value_heads", heads) * d // heads
    linears = layers * (2 * d * d + 2 * d * kv + 3 * d * f)
    return 4 * (linears + label_share * d * c["vocab_size"]) + 7 * length * d * layers + 6 * trainable


def main():
    a = arguments()
    leash.hold()
    with tempfile.TemporaryDirectory(prefix="bench-peer.") as work:
        measure(a, Path(work))


def measure(a, work):
    documents = rows(a, work)
    peer = run_peer(a, work) if a.peer else None
    ours = run_trainer(a, work, initial=peer is not None)
    started = ours["started"]
    length = ours["tokens"] / documents
    flops = flops_a_token(a.model, length, ours["labels"] / ours["tokens"], started["trainable_parameters"])
    if a.json:
        shown = {k: v for k, v in ours.items() if k not in ("started", "talk", "steps")}
        print(json.dumps({"name": a.name, "device": started["device"], "storage": started["storage_type"], "compute": started["compute_type"], "batch": a.batch,
                          "document_tokens": length, "flops_a_token": flops, "ours": shown, "peer": peer}))
        return
    print(f"{a.name or a.model.name}: {started['device']}, {started['storage_type']} weights, {started['compute_type']}, {a.batch} documents of {length:.0f} tokens a step, "
          f"{'QLoRA' if a.qlora else 'LoRA'} r {a.rank}, memory {a.memory}")
    for who, r in (("TRL + PEFT", peer), ("trainer", ours)):
        if r:
            start = f", of which start-up {r['start']:.1f} s" if "start" in r else ""
            print(f"  {who:<10} {r['tokens_per_second']:>10,.0f} tokens/s {r['gib']:>7.2f} GiB {flops * r['tokens_per_second'] / 1e12:>7.2f} TFLOP/s  {r['step']:.3f} s a step, "
                  f"first done after {r['first']:.1f} s{start}")
            print("             losses", " ".join(f"{x:.4f}" for x in r["losses"][:8]))
    if peer:
        print(f"  {ours['tokens_per_second'] / peer['tokens_per_second']:.2f} times the peer, {ours['gib'] / peer['gib']:.2f} of its memory")
    print(f"  adapter {ours['adapter'][:16]}")
    if a.profile:
        print(ours["talk"])


if __name__ == "__main__":
    main()
