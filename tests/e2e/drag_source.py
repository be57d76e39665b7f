"""A window to drag files from. Prints "shown", then how the drag ended: "dropped" or "failed"."""

import pathlib
import sys

import gi

gi.require_version("Gdk", "3.0")
gi.require_version("Gtk", "3.0")
from gi.repository import Gdk, GLib, Gtk  # noqa: E402

uris = [pathlib.Path(path).absolute().as_uri() for path in sys.argv[1:]]
failed = False


def say(word):
    print(word, flush=True)


def give(_widget, _context, selection, _info, _time):
    selection.set_uris(uris)


def fail(_widget, _context, _result):
    global failed
    failed = True
    return True  # no animation back to the source


def end(_widget, _context):
    say("failed" if failed else "dropped")


window = Gtk.Window(title="Drag source")
window.set_default_size(80, 80)
window.set_keep_above(True)
box = Gtk.EventBox()
box.add(Gtk.Label(label="files"))
targets = Gtk.TargetList.new([])
targets.add_uri_targets(0)
targets.add_text_targets(1)
box.drag_source_set(Gdk.ModifierType.BUTTON1_MASK, [], Gdk.DragAction.COPY)
box.drag_source_set_target_list(targets)
box.connect("drag-data-get", give)
box.connect("drag-failed", fail)
box.connect("drag-end", end)
window.add(box)
window.set_decorated(False)
window.move(0, 0)
window.connect("map-event", lambda *_: GLib.idle_add(say, "shown") and False)
window.show_all()
Gtk.main()
