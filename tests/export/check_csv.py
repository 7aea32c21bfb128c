"""What Python's reader makes of a CSV export: every field of every record of the trace, and nothing else."""
import csv
import json
import sys


def text_of(key, value):
    if key == "members":
        return " ".join(member["who"] + ":" + member["id"] for member in value)
    return {True: "true", False: "false"}[value] if isinstance(value, bool) else str(value)


with open(sys.argv[1], encoding="utf-8") as trace:
    records = [json.loads(line) for line in trace][1:]
with open(sys.argv[2], encoding="utf-8", newline="") as file:
    rows = list(csv.DictReader(file, strict=True))
for number, (row, record) in enumerate(zip(rows, records), 2):
    wanted = {key: text_of(key, value) for key, value in record.items() if value != ""}
    found = {key: value for key, value in row.items() if value != ""}
    if found != wanted:
        sys.exit(f"csv: refused: line {number}: {found} instead of {wanted}")
if len(rows) != len(records):
    sys.exit(f"csv: refused: {len(rows)} rows of {len(records)} records")
print(f"csv: {len(rows)} rows")
