#!/usr/bin/env python3
"""The same import and the same queries in DuckDB and in Hawkshaw, over one generated ledger.

    python=$(scripts/bench/setup.sh)
    cargo run --release -p hawkshaw-fixture --example write_ledger -- \\
        --transfers 10000000 --format both --out DIR
    $python scripts/bench/duckdb.py DIR --hawkshaw target/release/hawkshaw

DIR is what write_ledger wrote: transfers*.csv or transfers*.parquet, probes.csv and tags.

DuckDB gets the layout that suits it best, in two variants:

  scan   numbers for addresses and assets from dictionary tables, rows in chain order: the smallest
         and the fastest to import; point queries read by zone maps.
  point  beside it, a copy of the movements sorted by address (once for the payer, once for the
         payee), with an index on the text of addresses: faster to ask, larger and slower to import.

Amounts: no integer of DuckDB holds 256 bits. HUGEINT (127 bits and a sign) holds what fits; the
rest is kept as text in a column of its own, and a balance lists those texts instead of summing
them: it is right only where there are none.

Every step runs in a process of its own with a time limit, so that its peak memory is its own.
Queries run warm: the median of several runs after one that does not count. The command line of
Hawkshaw is a process for each query, so its time is given with and without that of starting the
process (`hawkshaw --version`); what its library takes inside a process is measured by its own
benchmarks, and is the fair comparison with the queries here, which run inside a process.
"""

import argparse
import csv
import json
import multiprocessing
import os
import pathlib
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
# This file has the name of the module that it imports.
sys.path[:] = [each for each in sys.path if pathlib.Path(each).resolve() != HERE]

# The movements, with the texts as they stand in the files.
SOURCE_COLUMNS = """block_number, block_time, tx_index, event_index, tx_hash, kind, asset,
    "from" AS payer, "to" AS payee, amount, sender"""

CSV_TYPES = """{'chain': 'VARCHAR', 'block_number': 'UBIGINT', 'block_time': 'BIGINT',
    'tx_index': 'UINTEGER', 'event_index': 'UINTEGER', 'tx_hash': 'VARCHAR', 'kind': 'VARCHAR',
    'asset': 'VARCHAR', 'from': 'VARCHAR', 'to': 'VARCHAR', 'amount': 'VARCHAR',
    'sender': 'VARCHAR'}"""


def source(files):
    """The files as a table expression of DuckDB."""
    names = ", ".join("'" + str(name).replace("'", "''") + "'" for name in files)
    if str(files[0]).endswith(".parquet"):
        return f"read_parquet([{names}])"
    return (
        f"read_csv([{names}], header = true, auto_detect = false, delim = ',',"
        f" quote = '\"', nullstr = '', columns = {CSV_TYPES})"
    )


def import_statements(files, variant):
    """What makes the database."""
    rows = source(files)
    statements = []
    if not rows.startswith("read_parquet"):
        # Text is parsed once.
        statements.append(f"CREATE TEMP TABLE raw AS FROM {rows}")
        rows = "raw"
    statements += [
        # Numbers in order of first appearance would need a sort of everything; any will do.
        f"""CREATE TABLE accounts AS
            SELECT (row_number() OVER () - 1)::UINTEGER AS id, unhex(address[3:]) AS address
            FROM (SELECT DISTINCT address FROM (
                SELECT "from" AS address FROM {rows}
                UNION ALL SELECT "to" FROM {rows}
                UNION ALL SELECT sender FROM {rows})
                WHERE address IS NOT NULL)""",
        f"""CREATE TABLE assets AS
            SELECT (row_number() OVER () - 1)::USMALLINT AS id, asset
            FROM (SELECT DISTINCT asset FROM {rows})""",
        f"""CREATE TABLE transfers AS
            SELECT r.block_number::UINTEGER AS block_number, r.block_time::BIGINT AS block_time,
                r.tx_index::USMALLINT AS tx_index, r.event_index::UINTEGER AS event_index,
                unhex(r.tx_hash[3:]) AS tx_hash,
                r.kind::ENUM ('native', 'internal', 'token', 'fee', 'mint', 'burn', 'wrap',
                    'unwrap') AS kind,
                s.id AS asset, p.id AS payer, q.id AS payee, i.id AS sender,
                TRY_CAST(r.amount AS HUGEINT) AS amount,
                CASE WHEN TRY_CAST(r.amount AS HUGEINT) IS NULL THEN r.amount END AS amount_text
            FROM (SELECT {SOURCE_COLUMNS} FROM {rows}) r
            JOIN assets s ON s.asset = r.asset
            LEFT JOIN accounts p ON p.address = unhex(r.payer[3:])
            LEFT JOIN accounts q ON q.address = unhex(r.payee[3:])
            LEFT JOIN accounts i ON i.address = unhex(r.sender[3:])
            ORDER BY block_number, tx_index, event_index""",
    ]
    if variant == "point":
        statements += [
            """CREATE TABLE postings AS
                SELECT payer AS account, payee AS other, false AS is_credit, kind, asset, amount,
                    amount_text, block_number, tx_index, event_index
                FROM transfers WHERE payer IS NOT NULL
                UNION ALL
                SELECT payee, payer, true, kind, asset, amount, amount_text, block_number,
                    tx_index, event_index
                FROM transfers WHERE payee IS NOT NULL
                ORDER BY account, block_number, tx_index, event_index""",
            "CREATE INDEX accounts_by_address ON accounts (address)",
        ]
    return statements


HISTORY = {
    "scan": """SELECT * FROM (
            SELECT block_number, tx_index, event_index, kind, asset, payer, payee, amount,
                amount_text
            FROM transfers
            WHERE payer = (SELECT id FROM accounts WHERE address = unhex(?))
                OR payee = (SELECT id FROM accounts WHERE address = unhex(?)))
        ORDER BY block_number, tx_index, event_index LIMIT ?""",
    "point": """SELECT block_number, tx_index, event_index, kind, asset, is_credit, other, amount,
            amount_text
        FROM postings WHERE account = (SELECT id FROM accounts WHERE address = unhex(?))
        ORDER BY block_number, tx_index, event_index LIMIT ?""",
}
BALANCE = {
    "scan": """WITH me AS (SELECT id FROM accounts WHERE address = unhex(?))
        SELECT asset, sum(CASE WHEN payee = (FROM me) THEN amount ELSE 0 END)
                - sum(CASE WHEN payer = (FROM me) THEN amount ELSE 0 END),
            list(amount_text) FILTER (amount_text IS NOT NULL)
        FROM transfers
        WHERE (payer = (FROM me) OR payee = (FROM me)) AND block_number <= ? GROUP BY asset""",
    "point": """SELECT asset, sum(CASE WHEN is_credit THEN amount ELSE -amount END),
            list(amount_text) FILTER (amount_text IS NOT NULL)
        FROM postings WHERE account = (SELECT id FROM accounts WHERE address = unhex(?))
            AND block_number <= ? GROUP BY asset""",
}

# Reachability that respects time, as far as a recursive query states it: an account is reached at
# the earliest place at which it can be paid by one that was reached before. It is no tracing: it
# knows no amounts, policies, swaps or netting. Places are transactions: within one, all that is
# paid counts as paid at once. `USING KEY` keeps one row for each account. The time limit of a step
# is its limit.
TRACE = """WITH RECURSIVE reached (account, place) USING KEY (account) AS (
        SELECT id, 0::UBIGINT FROM accounts WHERE address = unhex(?)
      UNION
        SELECT t.payee, min(t.place)
        FROM reached r
        JOIN (SELECT payer, payee,
                block_number::UBIGINT * 65536 + tx_index::UBIGINT AS place
              FROM transfers WHERE payee IS NOT NULL AND amount > 0) t
            ON t.payer = r.account AND t.place >= r.place
        LEFT JOIN recurring.reached known ON known.account = t.payee
        WHERE (known.account IS NULL OR t.place < known.place) {stops}
        GROUP BY t.payee)
    SELECT count(*), count(*) FILTER (account IN (SELECT id FROM accounts
        WHERE address IN (SELECT unhex(address) FROM stops))) FROM reached"""
STOPS = """AND r.account NOT IN (SELECT id FROM accounts
    WHERE address IN (SELECT unhex(address) FROM stops))"""


def connect(path, options, read_only=False):
    """Opens a database with the limits asked for."""
    import duckdb

    connection = duckdb.connect(str(path), read_only=read_only)
    connection.execute(f"SET threads = {options.threads}")
    connection.execute(f"SET memory_limit = '{options.memory}'")
    connection.execute("SET preserve_insertion_order = true")
    return connection


def run_import(path, files, variant, options):
    connection = connect(path, options)
    for statement in import_statements(files, variant):
        connection.execute(statement)
    connection.execute("CHECKPOINT")
    rows = connection.execute("SELECT count(*) FROM transfers").fetchall()[0][0]
    texts = connection.execute("SELECT count(amount_text) FROM transfers").fetchall()[0][0]
    connection.close()
    return {"rows": rows, "amounts_as_text": texts}


def timed(runs, query):
    """The median of warm runs, in seconds, and what the last gave."""
    query()
    seconds = []
    for _ in range(runs):
        started = time.perf_counter()
        answer = query()
        seconds.append(time.perf_counter() - started)
    return statistics.median(seconds), answer


def run_queries(path, variant, asked, options):
    connection = connect(path, options, read_only=True)
    twice = 2 if variant == "scan" else 1

    def rows(text, *parameters):
        return connection.execute(text, parameters).fetchall()

    def history(address, limit):
        return rows(HISTORY[variant], *([address[2:]] * twice), limit)

    def balance():
        return rows(BALANCE[variant], asked["probe"][2:], asked["height"])

    result = {}
    result["history of 1,000"], answer = timed(
        options.runs, lambda: history(asked["probe"], 1_000_000)
    )
    result["history rows"] = len(answer)
    result["balance at a height"], answer = timed(options.runs, balance)
    result["balance assets"] = len(answer)
    result["first page of the hub"], answer = timed(
        options.runs, lambda: history(asked["hub"], 100)
    )
    result["page rows"] = len(answer)
    connection.close()
    return result


def run_trace(path, asked, has_stops, options):
    connection = connect(path, options, read_only=True)
    connection.execute("CREATE TEMP TABLE stops (address VARCHAR)")
    connection.executemany(
        "INSERT INTO stops VALUES (?)", [[stop[2:]] for stop in asked["stops"]]
    )
    text = TRACE.format(stops=STOPS if has_stops else "")
    started = time.perf_counter()
    count, deposits = connection.execute(text, [asked["thief"][2:]]).fetchall()[0]
    seconds = time.perf_counter() - started
    return {"seconds": seconds, "accounts reached": count, "deposits reached": deposits}


def measured(pipe, function, arguments):
    """Runs in a child: sends the answer, the seconds and the peak memory."""
    started = time.perf_counter()
    try:
        answer = function(*arguments)
    except Exception as problem:  # The parent reports it.
        answer = {"problem": str(problem).splitlines()[0][:200]}
    answer["wall seconds"] = time.perf_counter() - started
    answer["peak bytes"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    pipe.send(answer)


def in_child(timeout, function, *arguments):
    """Runs a step in a process of its own, for so long at most."""
    # A new process, not a copy of this one with its memory.
    processes = multiprocessing.get_context("spawn")
    receiver, sender = processes.Pipe(duplex=False)
    child = processes.Process(target=measured, args=(sender, function, arguments))
    child.start()
    sender.close()
    answer = {"problem": f"stopped after {timeout} s"}
    if receiver.poll(timeout):
        try:
            answer = receiver.recv()
        except EOFError:
            answer = {"problem": "the process ended without an answer"}
    else:
        child.kill()
    child.join()
    return answer


def command(timeout, words):
    """Runs a command. Gives its seconds, peak memory and output."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as talk:
        started = time.perf_counter()
        child = subprocess.Popen(words, stdout=out, stderr=talk, stdin=subprocess.DEVNULL)
        while True:
            pid, status, usage = os.wait4(child.pid, os.WNOHANG)
            if pid:
                break
            if time.perf_counter() - started > timeout:
                child.kill()
                os.wait4(child.pid, 0)
                child.returncode = -9
                return {"problem": f"stopped after {timeout} s"}
            time.sleep(0.0005)
        child.returncode = os.waitstatus_to_exitcode(status)
        answer = {
            "wall seconds": time.perf_counter() - started,
            "peak bytes": usage.ru_maxrss * 1024,
        }
        out.seek(0)
        answer["output"] = out.read()
        if child.returncode != 0:
            talk.seek(0)
            text = talk.read().decode(errors="replace").strip().splitlines() or [""]
            answer["problem"] = f"exit code {child.returncode}: {text[-1][:200]}"
        return answer


def bytes_of(path):
    path = pathlib.Path(path)
    if path.is_dir():
        return sum(each.stat().st_size for each in path.rglob("*") if each.is_file())
    return path.stat().st_size if path.exists() else 0


def bench_duckdb(files, work, asked, options, report):
    kind = files[0].suffix[1:]
    for variant in options.variants:
        path = work / f"{kind}-{variant}.duckdb"
        name = f"DuckDB {variant}, {kind}"
        answer = in_child(options.timeout, run_import, path, files, variant, options)
        answer["disk bytes"] = bytes_of(path)
        report[name] = {"import": answer}
        show(name, "import", answer)
        if "problem" not in answer and kind not in asked["done"]:
            queries = in_child(options.timeout, run_queries, path, variant, asked, options)
            report[name]["queries"] = queries
            show(name, "queries", queries)
            if variant == "scan":
                for has_stops in (True, False):
                    step = "trace, stops" if has_stops else "trace, no stops"
                    trace = in_child(
                        options.timeout, run_trace, path, asked, has_stops, options
                    )
                    report[name][step] = trace
                    show(name, step, trace)
        path.unlink(missing_ok=True)


def bench_hawkshaw(files, work, asked, options, report):
    program = str(pathlib.Path(options.hawkshaw).resolve())
    kind = files[0].suffix[1:]
    store = work / f"{kind}-store"
    name = f"Hawkshaw, {kind}"
    words = [program, "ledger", "import", *map(str, files), "--store", str(store)]
    answer = command(options.timeout, words)
    answer.pop("output", None)
    answer["disk bytes"] = bytes_of(store)
    report[name] = {"import": answer}
    show(name, "import", answer)
    if "problem" in answer:
        return
    place = ["--store", str(store), "--json"]
    queries = {
        "start": [program, "--version"],
        "history of 1,000": [program, "ledger", "history", asked["probe"], *place],
        "balance at a height": [
            program, "ledger", "balance", asked["probe"], "--at", str(asked["height"]), *place
        ],
        "first page of the hub": [
            program, "ledger", "history", asked["hub"], "--limit", "100", *place
        ],
    }
    result = {}
    for query, words in queries.items():
        seconds = []
        for run in range(options.runs + 1):
            answer = command(options.timeout, words)
            if "problem" in answer:
                result[query + " problem"] = answer["problem"]
                break
            if run:
                seconds.append(answer["wall seconds"])
        if seconds:
            result[query] = statistics.median(seconds)
    if "start" in result:
        for query in list(queries)[1:]:
            if query in result:
                result[query + ", without start"] = max(0.0, result[query] - result["start"])
    report[name]["queries"] = result
    show(name, "queries", result)
    shutil.rmtree(store, ignore_errors=True)


def show(name, step, answer):
    """One line for each figure."""
    if "problem" in answer:
        print(f"{name:24} {step:16} {answer['problem']}", flush=True)
        return
    for what, value in answer.items():
        if what.endswith("bytes"):
            text = f"{value / 1e6:,.1f} MB"
        elif isinstance(value, float):
            text = f"{value:,.3f} s" if value >= 1 else f"{value * 1000:,.2f} ms"
        else:
            text = f"{value:,}" if isinstance(value, int) else str(value)
        print(f"{name:24} {step:16} {what:36} {text:>14}", flush=True)


def what_to_ask(folder, files):
    """The accounts of the queries, from what write_ledger wrote beside the rows."""
    asked = {"stops": [], "done": set()}
    with open(folder / "probes.csv", newline="") as lines:
        for row in csv.DictReader(lines):
            asked.setdefault(row["what"], row["address"])
    with open(folder / "truth.csv", newline="") as lines:
        for row in csv.DictReader(lines):
            if row["end"] == "deposit":
                asked["stops"].append(row["account"])
    import duckdb

    heights = duckdb.sql(f"SELECT min(block_number), max(block_number) FROM {source(files)}")
    first, last = heights.fetchall()[0]
    asked["height"] = (first + last) // 2
    return asked


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=pathlib.Path, help="what write_ledger wrote (accounts)")
    parser.add_argument("--hawkshaw", help="the binary, to be measured beside DuckDB")
    parser.add_argument("--work", type=pathlib.Path, help="where databases go, and are deleted")
    parser.add_argument("--runs", type=int, default=7, help="warm runs of a query (7)")
    parser.add_argument("--threads", type=int, default=os.cpu_count(), help="of DuckDB (all)")
    parser.add_argument("--memory", default="8GB", help="of DuckDB (8GB); beyond it spills")
    parser.add_argument("--timeout", type=float, default=900, help="seconds of a step (900)")
    parser.add_argument("--variants", nargs="+", default=["scan", "point"])
    parser.add_argument("--json", type=pathlib.Path, help="where the figures go")
    options = parser.parse_args()

    work = pathlib.Path(tempfile.mkdtemp(prefix="bench-", dir=options.work or options.folder))
    report = {}
    asked = None
    try:
        for kind in ("parquet", "csv"):
            files = sorted(options.folder.glob(f"transfers*.{kind}"))
            if not files:
                continue
            asked = asked or what_to_ask(options.folder, files)
            report[f"{kind} bytes"] = sum(each.stat().st_size for each in files)
            bench_duckdb(files, work, asked, options, report)
            if options.hawkshaw:
                bench_hawkshaw(files, work, asked, options, report)
            # The databases of both formats are the same, and are asked once.
            asked["done"].update({"parquet", "csv"})
    finally:
        shutil.rmtree(work, ignore_errors=True)
    if asked is None:
        sys.exit(f"{options.folder} has no transfers*.parquet or transfers*.csv")
    import duckdb

    report["duckdb"] = duckdb.__version__
    report["threads"] = options.threads
    text = json.dumps(report, indent=2, sort_keys=True)
    if options.json:
        options.json.write_text(text + "\n")
    else:
        print(text)


if __name__ == "__main__":
    main()
