"""The first 48 rows of GSM8K's training set in five formats: python make.py train.jsonl.gz (needs pyarrow, and zstd on the PATH)."""
import csv, gzip, json, subprocess, sys
from pathlib import Path

import pyarrow as pa
import pyarrow.ipc as ipc
import pyarrow.parquet as pq

here = Path(__file__).parent
with gzip.open(sys.argv[1], "rt", encoding="utf-8") as lines:
    rows = [json.loads(line) for _, line in zip(range(48), lines)]
text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
(here / "rows.jsonl").write_text(text, encoding="utf-8")
(here / "rows.json").write_text(json.dumps(rows, indent=1), encoding="utf-8")  # escapes all that is not ASCII
with open(here / "rows.csv", "w", newline="", encoding="utf-8") as file:
    writer = csv.DictWriter(file, ["question", "answer"])
    writer.writeheader()
    writer.writerows(rows)
table = pa.Table.from_pylist(rows)
pq.write_table(table, here / "rows.parquet", row_group_size=20)
with ipc.new_file(here / "rows.arrow", table.schema) as file:
    file.write_table(table, max_chunksize=20)
with open(here / "rows.jsonl.gz", "wb") as raw, gzip.GzipFile("", "wb", fileobj=raw, mtime=0) as file:
    file.write(text.encode())
subprocess.run(["zstd", "-q", "-f", here / "rows.json", "-o", here / "rows.json.zst"], check=True)
