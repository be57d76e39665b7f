"""What a screen reader is told of Flowkeep's window, through AT-SPI.

`screen_reader.py` prints everything that is shown, from the top on, as a JSON array of objects: `role`, `name`,
`text` and `states`. `screen_reader.py ROLE NAME` does what pressing the first one of that role does whose name begins
so, and prints whether there was one.
"""

import json
import sys

import gi

gi.require_version("Atspi", "2.0")
from gi.repository import Atspi, GLib  # noqa: E402

# More is not on one page.
MOST = 5000


def windows():
    desktop = Atspi.get_desktop(0)
    for at in range(desktop.get_child_count()):
        program = desktop.get_child_at_index(at)
        if program is not None and "flowkeep" in (program.get_name() or ""):
            yield program


def nodes():
    """Each with what is said of it. What goes away meanwhile is left out."""
    left = list(windows())
    found = 0
    while left and found < MOST:
        node = left.pop(0)
        try:
            said = told(node)
            left[:0] = [node.get_child_at_index(at) for at in range(node.get_child_count())]
        except (GLib.Error, AttributeError):
            continue
        found += 1
        if "showing" in said["states"]:
            yield node, said


def told(node):
    text = node.get_text_iface()
    return {
        "role": node.get_role_name(),
        "name": node.get_name() or "",
        "text": Atspi.Text.get_text(text, 0, -1) if text else "",
        "states": [state.value_nick for state in node.get_state_set().get_states()],
    }


def press(role, name):
    for node, said in nodes():
        if said["role"] == role and said["name"].startswith(name):
            return Atspi.Action.do_action(node, 0)
    return False


if __name__ == "__main__":
    if len(sys.argv) == 3:
        print(json.dumps(press(*sys.argv[1:])))
    else:
        print(json.dumps([said for _, said in nodes()], ensure_ascii=False))
