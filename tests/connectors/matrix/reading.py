"""What happens in played Matrix rooms, and what a pass told of it."""

from tests.connectors.contract import messages
from tests.connectors.matrix.fake_server import ANNA, US


def told(events):
    return {event.remote_id: event for event in messages(events)}


def paths(fake):
    return [path for _method, path, _query in fake.asked]


def reply_of(number):
    return {"m.in_reply_to": {"event_id": number}}


def thread_of(root, **more):
    return {"rel_type": "m.thread", "event_id": root, **more}


def invite(fake, room, *, sealed=False, **member):
    state = [
        {"type": "m.room.name", "sender": ANNA, "state_key": "", "content": {"name": "Verein"}},
        {"type": "m.room.member", "sender": ANNA, "state_key": ANNA,
         "content": {"membership": "join", "displayname": "Anna"}},
        {"type": "m.room.member", "sender": ANNA, "state_key": US,
         "content": {"membership": "invite", "is_direct": True}, **member},
    ]  # fmt: skip
    if sealed:
        state.append({"type": "m.room.encryption", "sender": ANNA, "state_key": "", "content": {}})
    fake.invitations[room] = {"invite_state": {"events": state}}
