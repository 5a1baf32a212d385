"""Reference values for PEFT's rarer fields and for full training, in the shape that scripts/golden reads.

    python fields.py ../resources/fields        (torch 2.15, transformers 5.23, peft 0.21.2)

A tiny random qwen2 (biases on q, k, v) and phi (biases everywhere, layer norms; every dimension turns, for on one that does not the
derivative by the key's bias is zero, and Adam makes steps of its rounding). Per variant PEFT's own initial and final adapter, the loss and
gradients of one batch, and five optimizer steps: two micro-batches of two rows, token-weighted, AdamW, linear schedule with one warm-up step.
`full` is the model itself with every weight trained; its files hold the checkpoint's own names.
"""
import json, sys
from pathlib import Path
import torch
from peft import LoraConfig, get_peft_model, get_peft_model_state_dict
from safetensors.torch import save_file
from transformers import AutoConfig, AutoModelForCausalLM, get_scheduler

torch.manual_seed(5)
torch.set_num_threads(1)
TRAINING = dict(learning_rate=0.02, weight_decay=0.01, adam_beta1=0.9, adam_beta2=0.999, adam_epsilon=1e-8, max_grad_norm=1.0, lr_scheduler_type="linear",
                warmup_steps=1, max_steps=5, gradient_accumulation_steps=2, per_device_train_batch_size=2)
SIZES = dict(hidden_size=24, intermediate_size=40, num_attention_heads=4, num_hidden_layers=2, vocab_size=64, max_position_embeddings=128,
             bos_token_id=1, eos_token_id=2, torch_dtype="float32", tie_word_embeddings=False, rope_theta=10000.0)
CONFIGS = {
    "qwen2": dict(SIZES, architectures=["Qwen2ForCausalLM"], model_type="qwen2", num_key_value_heads=2, hidden_act="silu", rms_norm_eps=1e-6),
    "phi": dict(SIZES | dict(num_attention_heads=3), architectures=["PhiForCausalLM"], model_type="phi", num_key_value_heads=3, hidden_act="gelu_new", layer_norm_eps=1e-5,
                partial_rotary_factor=1.0, resid_pdrop=0.0, embd_pdrop=0.0, attention_dropout=0.0),
}
VARIANTS = {
    "default": dict(target_modules=["q_proj", "v_proj"]),
    "bias-all": dict(target_modules=["q_proj", "v_proj"], bias="all"),
    "bias-lora-only": dict(target_modules=["q_proj", "v_proj"], bias="lora_only"),
    "save-head": dict(target_modules=["q_proj"], modules_to_save=["lm_head"]),
    "save-embedding": dict(target_modules=["v_proj"], modules_to_save=["embed_tokens"]),
    "save-norm": dict(target_modules=["k_proj"], modules_to_save=["input_layernorm"]),
    "full": None,
}


def rows(count, width=20):
    ids = torch.randint(3, SIZES["vocab_size"], (count, width))
    labels = ids.clone()
    mask = torch.ones_like(ids)
    for i in range(count):
        labels[i, : 2 + i % 5] = -100
        if i % 2:
            ids[i, width - 4 :], labels[i, width - 4 :], mask[i, width - 4 :] = 0, -100, 0
    return ids, labels, mask


def load(folder):
    return AutoModelForCausalLM.from_pretrained(folder, attn_implementation="eager", dtype=torch.float32).eval()


def adapt(folder, settings):
    model = load(folder)
    if settings is None:
        return model
    torch.manual_seed(11)
    model = get_peft_model(model, LoraConfig(task_type="CAUSAL_LM", r=4, lora_alpha=8, lora_dropout=0.0, **settings)).eval()
    model.peft_config["default"].base_model_name_or_path = "golden"
    with torch.no_grad():
        for name, p in model.named_parameters():
            if "lora_B" in name:
                p.normal_(0, 0.1)
    return model


def trained(model, settings):
    if settings is None:
        return {k: p for k, p in model.named_parameters()}
    state = get_peft_model_state_dict(model)
    of = {p.data_ptr(): p for p in model.parameters() if p.requires_grad}
    return {k: of[v.data_ptr()] for k, v in state.items() if v.data_ptr() in of}


def save(model, settings, folder):
    folder.mkdir(parents=True, exist_ok=True)
    save_file({k: p.detach().contiguous() for k, p in trained(model, settings).items()}, folder / "adapter_model.safetensors", metadata={"format": "pt"})
    if settings is not None:
        model.peft_config["default"].save_pretrained(folder)


def loss_of(model, ids, labels, mask, count):
    logits = model(input_ids=ids, attention_mask=mask).logits[:, :-1]
    return torch.nn.functional.cross_entropy(logits.reshape(-1, logits.shape[-1]), labels[:, 1:].reshape(-1), ignore_index=-100, reduction="sum") / count


def train(model, settings, ids, labels, mask):
    parameters = trained(model, settings)
    decays = lambda k, p: settings is not None and (p.ndim == 2 or "magnitude" in k) or settings is None and p.ndim == 2
    groups = [dict(params=[p for k, p in parameters.items() if decays(k, p)], weight_decay=TRAINING["weight_decay"]),
              dict(params=[p for k, p in parameters.items() if not decays(k, p)], weight_decay=0.0)]
    optimizer = torch.optim.AdamW(groups, lr=TRAINING["learning_rate"], betas=(0.9, 0.999), eps=1e-8)
    schedule = get_scheduler("linear", optimizer, 1, 5)
    curve = dict(loss=[], grad_norm=[], learning_rate=[])
    for step in range(5):
        part = slice(step * 4, step * 4 + 4)
        count = int((labels[part, 1:] != -100).sum())
        optimizer.zero_grad()
        total = 0.0
        for i in (step * 4, step * 4 + 2):
            loss = loss_of(model, ids[i : i + 2], labels[i : i + 2], mask[i : i + 2], count)
            loss.backward()
            total += loss.item()
        curve["loss"].append(total)
        curve["grad_norm"].append(torch.nn.utils.clip_grad_norm_(parameters.values(), 1.0).item())
        curve["learning_rate"].append(schedule.get_last_lr()[0])
        optimizer.step(); schedule.step()
    return curve


root = Path(sys.argv[1])
for name, config in CONFIGS.items():
    folder = root / name
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.json").write_text(json.dumps(config, indent=2))
    model = AutoModelForCausalLM.from_config(AutoConfig.from_pretrained(folder))
    with torch.no_grad():
        for p in model.parameters():
            p.normal_(0, 0.3) if p.ndim == 2 else p.add_(torch.randn_like(p) * 0.2)
    model.save_pretrained(folder)
    for extra in ("generation_config.json",):
        (folder / extra).unlink(missing_ok=True)
    (folder / "config.json").write_text(json.dumps(config, indent=2))
    model = load(folder)
    ids, labels, mask = rows(2)
    base_count = int((labels[:, 1:] != -100).sum())
    with torch.no_grad():
        logits = model(input_ids=ids, attention_mask=mask).logits * mask[..., None]
        base_loss = loss_of(model, ids, labels, mask, base_count).item()
    steps = [t[[i % 8 for i in range(20)]] for t in rows(8)]
    tensors = dict(input_ids=ids.int(), labels=labels.int(), attention_mask=mask.int(), logits=logits)
    tensors |= {"train.input_ids": steps[0].int(), "train.labels": steps[1].int()}
    note = dict(model=name, base_loss=base_loss, counted_tokens=base_count, training=TRAINING, adapters={})
    for variant, settings in VARIANTS.items():
        model = adapt(folder, settings)
        save(model, settings, folder / "adapters" / variant / "initial")
        loss = loss_of(model, ids, labels, mask, base_count)
        loss.backward()
        tensors |= {f"{variant}.grad.{k}": p.grad.clone() for k, p in trained(model, settings).items()}
        model = adapt(folder, settings)
        curve = train(model, settings, *steps)
        save(model, settings, folder / "adapters" / variant / "final")
        note["adapters"][variant] = dict(settings=settings or {"method": "full"}, loss=loss.item(), curve=curve)
        print(name, variant, loss.item(), sorted(trained(model, settings))[:3], len(trained(model, settings)))
    save_file({k: v.contiguous() for k, v in tensors.items()}, folder / "golden.safetensors")
    (folder / "golden.json").write_text(json.dumps(note, indent=1))
    for leftover in list(folder.rglob("README.md")):
        leftover.unlink()
