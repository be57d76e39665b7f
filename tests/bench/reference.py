"""What requirement 000 sketches, written down as plainly as it stands there: one table of workflows,
one JSON file each, no manifest, nothing read back, nothing flushed.

usage: reference.py load|backup|restore DATABASE FOLDER
"""

import json
import os
import sqlite3
import sys

COLUMNS = ("id", "name", "type", "description", "stages", "tasks")


def open_database(path):
    connection = sqlite3.connect(path)
    connection.row_factory = sqlite3.Row
    connection.execute(
        "CREATE TABLE IF NOT EXISTS workflow_definitions (id TEXT PRIMARY KEY, name TEXT NOT NULL,"
        " type TEXT, description TEXT, stages TEXT, tasks TEXT)"
    )
    return connection


def to_dict(row):
    workflow = dict(row)
    workflow["stages"] = json.loads(workflow["stages"])
    workflow["tasks"] = json.loads(workflow["tasks"])
    return workflow


def backup(connection, output_dir):
    os.makedirs(output_dir, exist_ok=True)
    count = 0
    for row in connection.execute("SELECT * FROM workflow_definitions"):
        workflow = to_dict(row)
        file_path = os.path.join(output_dir, f"{workflow['id']}.json")
        with open(file_path, "w", encoding="utf-8") as file:
            json.dump(workflow, file, ensure_ascii=False, indent=2)
        count += 1
    return {"count": count, "target_dir": output_dir, "type": "workflow_definitions"}


def restore(connection, input_dir, force=False):
    if not os.path.isdir(input_dir):
        raise ValueError(f"not a folder: {input_dir}")
    imported = updated = 0
    for file_name in os.listdir(input_dir):
        if not file_name.endswith(".json"):
            continue
        with open(os.path.join(input_dir, file_name), encoding="utf-8") as file:
            workflow = json.load(file)
        workflow_id = workflow.get("id")
        if not workflow_id:
            continue
        values = (
            workflow_id,
            workflow.get("name", "unnamed"),
            workflow.get("type"),
            workflow.get("description", ""),
            json.dumps(workflow.get("stages", []), ensure_ascii=False),
            json.dumps(workflow.get("tasks", []), ensure_ascii=False),
        )
        existing = connection.execute(
            "SELECT id FROM workflow_definitions WHERE id = ?", (workflow_id,)
        ).fetchone()
        if existing:
            if not force:
                continue
            connection.execute(
                "UPDATE workflow_definitions SET name = ?, type = ?, description = ?, stages = ?,"
                " tasks = ? WHERE id = ?",
                values[1:] + values[:1],
            )
            updated += 1
        else:
            connection.execute("INSERT INTO workflow_definitions VALUES (?, ?, ?, ?, ?, ?)", values)
            imported += 1
    connection.commit()
    return {"imported": imported, "updated": updated, "total": imported + updated}


def main(verb, database, folder):
    connection = open_database(database)
    if verb == "backup":
        print(json.dumps(backup(connection, folder)))
    else:
        print(json.dumps(restore(connection, folder)))
    connection.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
