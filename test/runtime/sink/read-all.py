# Reads all.parquet and all.arrow of a directory and prints how they differ, in types or values.

import re
import sys

import polars as pl
import pyarrow as pa
import pyarrow.ipc as ipc
import pyarrow.parquet as pq

directory = sys.argv[1]
parquet = pq.read_table(f"{directory}/all.parquet")
arrow = ipc.open_file(f"{directory}/all.arrow").read_all()
for field in parquet.schema:
    of_arrow = arrow.schema.field(field.name)
    # The names of items differ: Arrow's default is "item", Parquet's "element"; those of entries are shown in parentheses.
    if re.sub(r" \('\w+'\)", "", str(field.type)).replace("element", "item") != str(of_arrow.type):
        print("pyarrow", field, of_arrow)
    here, there = (
        # Python's own times have no nanoseconds.
        (table.column(field.name).cast(pa.int64()) if str(field.type).endswith("[ns]") else table.column(field.name)).to_pylist()
        for table in (parquet, arrow)
    )
    if str(here) != str(there):
        print("pyarrow", field.name, here, there)
    pq.ParquetFile(f"{directory}/all.parquet").metadata.row_group(0).column(0).statistics

columns = [name for name in parquet.schema.names if name not in ("map", "maps")]
frame = pl.read_parquet(f"{directory}/all.parquet", columns=columns)
other = pl.read_ipc(f"{directory}/all.arrow", columns=columns)
for name in columns:
    if frame[name].dtype != other[name].dtype or str(frame[name].to_list()) != str(other[name].to_list()):
        print("polars", name, frame[name], other[name])
