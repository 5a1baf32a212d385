"""Makes the files beside it: python make_columnar_files.py FOLDER (pyarrow 26.0.1, zstandard)."""
import pyarrow as pa, pyarrow.parquet as pq, pyarrow.csv, sys, zstandard, json
out = sys.argv[1]
call = pa.struct([("name", pa.string()), ("n", pa.int32()), ("x", pa.float64()), ("ok", pa.bool_()), ("tags", pa.list_(pa.string()))])
message = pa.struct([("role", pa.string()), ("content", pa.string()), ("tool_calls", pa.list_(pa.struct([("function", call)])))])
rows = [
    {"id": 1, "messages": [{"role": "user", "content": "é 👩‍💻", "tool_calls": None},
                  {"role": "assistant", "content": None, "tool_calls": [{"function": {"name": "f", "n": 7, "x": 0.5, "ok": True, "tags": ["a", None]}}]},
                  {"role": "tool", "content": "", "tool_calls": None},
                  {"role": "assistant", "content": "a long answer, more than twelve bytes", "tool_calls": []}]},
    {"id": 2, "messages": [{"role": "user", "content": "q", "tool_calls": None}, {"role": "assistant", "content": "a", "tool_calls": None}]},
    {"id": None, "messages": [{"role": "system", "content": "s", "tool_calls": None}, {"role": "user", "content": "q", "tool_calls": None}, {"role": "assistant", "content": "b", "tool_calls": None}]},
]
table = pa.Table.from_pylist(rows, schema=pa.schema([("id", pa.int64()), ("when", pa.timestamp("s")), ("blob", pa.binary()), ("messages", pa.list_(message))]))
def wide(t):
    if pa.types.is_string(t): return pa.large_string()
    if pa.types.is_list(t): return pa.large_list(wide(t.value_type))
    if pa.types.is_struct(t): return pa.struct([(f.name, wide(f.type)) for f in t])
    return t
large = table.cast(pa.schema([(f.name, wide(f.type)) for f in table.schema]))
def view(t):
    if pa.types.is_string(t): return pa.string_view()
    if pa.types.is_list(t): return pa.list_(view(t.value_type))
    if pa.types.is_struct(t): return pa.struct([(f.name, view(f.type)) for f in t])
    return t
views = pa.Table.from_pylist(rows, schema=pa.schema([(f.name, view(f.type)) for f in table.schema]))
def ipc(name, t, file=False, **options):
    with pa.OSFile(f"{out}/{name}", "wb") as sink:
        with (pa.ipc.new_file if file else pa.ipc.new_stream)(sink, t.schema, options=pa.ipc.IpcWriteOptions(**options)) as w:
            w.write_table(t, max_chunksize=2)
ipc("conversations.stream.arrow", table)
ipc("conversations.large.arrow", large, file=True)
ipc("conversations.zstd.arrow", table, compression="zstd")
ipc("conversations.lz4.arrow", table, file=True, compression="lz4")
ipc("conversations.views.arrow", views)
pq.write_table(table, f"{out}/conversations.v1.parquet", compression="snappy", row_group_size=2)
pq.write_table(table, f"{out}/conversations.v2.parquet", compression="zstd", data_page_version="2.0", use_dictionary=False, column_encoding=None)
pq.write_table(table, f"{out}/conversations.plain.parquet", compression="none", use_compliant_nested_type=False)
pairs = pa.table({"prompt": pa.array(["p1", "p2", "p1"]).dictionary_encode(), "completion": ["c1", "c2", ""], "score": [1.5, None, 2.0]})
ipc("pairs.dictionary.arrow", pairs)
pq.write_table(pairs, f"{out}/pairs.dictionary.parquet")
open(f"{out}/pairs.jsonl.zst", "wb").write(zstandard.compress(b"".join(json.dumps(r).encode() + b"\n" for r in pairs.to_pylist())))
open(f"{out}/pairs.tsv", "w").write("prompt\tcompletion\tscore\np1\tc1\t1.5\np2\tc2\t\np1\t\t2.0\n")
