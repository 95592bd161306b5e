"""What the played Discourse does for who writes and moderates, and when it refuses."""

from datetime import timedelta

from tests.simulators.discourse_replies import (
    LIKE,
    RefusedError,
    date,
    found_post,
    found_topic,
    no_access,
    not_found,
    shown,
    staff,
    summary,
)

QUEUE_PAGE = 10
_MEMORY = timedelta(seconds=120)
_UNDO = timedelta(minutes=10)


def create(forum, user, given):
    text = str(given.get("raw") or "").strip()
    signature = (user["id"], *sorted((key, str(value)) for key, value in given.items()))
    at, said = forum.memory.get(signature, (None, None))
    if said is None or forum.now - at > _MEMORY:
        said = _created(forum, user, given, text)
        forum.memory[signature] = (forum.now, said)
    if isinstance(said, RefusedError):
        raise said
    return said


def _created(forum, user, given, text):
    private = given.get("archetype") == "private_message"
    topic = forum.topics.get(int(given.get("topic_id") or 0))
    if given.get("topic_id") and not forum.may_see(user, topic):
        return no_access()
    refusal = _refusal(forum, user, topic, private, text)
    if refusal:
        return RefusedError(422, None, refusal, action="create_post")
    answers = int(given.get("reply_to_post_number") or 0) or None
    if user["id"] in forum.needs_approval:
        item = forum.hold(user, text, topic and topic["id"], title=given.get("title"),
                          answers=answers)  # fmt: skip
        return {"action": "enqueued", "success": True, "pending_count": 1,
                "pending_post": {"id": item["id"], "raw": text, "raw_text": text,
                                 "created_at": date(item["created_at"])}}  # fmt: skip
    if private:
        names = str(given.get("target_recipients", "")).split(",")
        post = forum.write_to(user, names, given["title"], text)
    elif topic is None:
        category = forum.categories.get(int(given.get("category") or 0))
        post = forum.start(user, given["title"], text, category)
    else:
        post = forum.post(user, topic["id"], text, answers=answers)
    return shown(forum, user, post, raw=False)


def _refusal(forum, user, topic, private, text):
    private = private or (topic is not None and topic["archetype"] == "private_message")
    shortest = forum.settings["min_personal_message_post_length" if private else "min_post_length"]
    if len(text) < shortest:
        return f"Text ist zu kurz (mindestens {shortest} Zeichen)"
    if len(text) > forum.settings["max_post_length"]:
        return "Text ist zu lang"
    if topic is not None and topic["closed"] and not staff(user):
        return "Das Thema ist geschlossen."
    since = forum.now - timedelta(minutes=forum.unique_minutes)
    again = any(one["user_id"] == user["id"] and one["raw"] == text and one["created_at"] > since
                for one in forum.posts.values())  # fmt: skip
    if again and not staff(user):
        return "Text ist zu ähnlich zu dem, was du kürzlich veröffentlicht hast"
    return ""


def update(forum, user, given, number):
    post = found_post(forum, user, number)
    if post["user_id"] != user["id"] and not staff(user):
        raise no_access()
    told = given["post"].get("original_text")
    if told is not None and told != post["raw"]:
        raise RefusedError(409, None, "Der Beitrag wurde inzwischen bearbeitet.")
    if len(given["post"]["raw"]) < forum.settings["min_post_length"]:
        raise RefusedError(422, None, "Text ist zu kurz")
    forum.change(post, given["post"]["raw"])
    return {"post": shown(forum, user, post)}


def destroy(forum, user, _given, number):
    post = found_post(forum, user, number)
    if not staff(user) and (post["user_id"] != user["id"] or post["post_number"] == 1):
        raise no_access()
    if not post["deleted_at"]:
        forum.remove(post, by_author=not staff(user))


def destroy_topic(forum, user, _given, number):
    topic = found_topic(forum, user, number)
    if not staff(user):
        raise no_access()
    if not topic["deleted_at"]:
        forum.remove(forum.inside(number)[0])


def unhide(forum, user, _given, number):
    post = found_post(forum, user, number)
    if not staff(user):
        raise no_access()
    post["hidden"] = False


def act(forum, user, given):
    post, kind = found_post(forum, user, int(given["id"])), int(given["post_action_type_id"])
    known = next((one for one in summary(forum, user, post) if one["id"] == kind), {})
    if not known.get("can_act"):
        raise no_access()
    takes_action = given.get("take_action") == "true" and staff(user)
    forum.acts[user["id"], post["id"], kind] = (forum.now, given.get("message", ""))
    if takes_action and kind in (3, 4, 8):
        post["hidden"] = True
    if kind == LIKE and post["user_id"]:
        forum.note(post["user_id"], 5, post)
    return shown(forum, user, post, raw=False)


def undo(forum, user, given, number):
    post, kind = found_post(forum, user, number), int(given["post_action_type_id"])
    known = forum.acts.get((user["id"], number, kind))
    if known is None:
        raise not_found()
    if forum.now - known[0] > _UNDO:
        raise no_access()
    del forum.acts[user["id"], number, kind]
    return shown(forum, user, post, raw=False)


# What waits for approval.


def queue(forum, user, given):
    if not staff(user):
        raise no_access()
    state = {"pending": 0, "approved": 1, "rejected": 2}[given.get("status", "pending")]
    found = [one for one in forum.queue.values() if one["status"] == state][::-1]
    begin = int(given.get("offset") or 0)
    more = {"load_more_reviewables": "/review?offset="} if len(found) > begin + QUEUE_PAGE else {}
    some = found[begin : begin + QUEUE_PAGE]
    said = {"reviewables": [_item(one) for one in some], "meta": more, "__rest_serializer": "1"}
    return said | _beside(forum, some)


def one_item(forum, user, _given, number):
    item = _found_item(forum, user, number)
    return {"reviewable": _item(item), **_beside(forum, [item]), "__rest_serializer": "1"}


def perform(forum, user, given, number, deed):
    item = _found_item(forum, user, number)
    if int(given["version"]) != item["version"]:
        raise RefusedError(409, None, "Jemand war schneller.")
    if item["status"] or deed not in _deeds(forum, item):
        raise no_access()
    forum.decide(item, approved=deed != "reject_post")
    return {"reviewable_perform_result": {"success": True, "version": item["version"]}}


def pending(forum, user, _given, name):
    if name.casefold() != user["username"].casefold() and not staff(user):
        raise not_found()
    ours = [one for one in forum.queue.values()
            if one["status"] == 0 and forum.users[one["author"]]["username"] == name]  # fmt: skip
    return {"pending_posts": [{"id": one["id"], "raw_text": one["raw"], "title": one["title"],
                               "created_at": date(one["created_at"]),
                               "topic_id": one["topic_id"]} for one in ours]}  # fmt: skip


def _found_item(forum, user, number):
    if not staff(user):
        raise no_access()
    if number not in forum.queue:
        raise not_found()
    return forum.queue[number]


def _item(one):
    said = {"id": one["id"], "type": "ReviewableQueuedPost", "status": one["status"],
            "version": one["version"], "created_at": date(one["created_at"]),
            "category_id": one["category_id"], "created_by_id": -1,
            "target_created_by_id": one["author"], "topic_id": one["topic_id"],
            "reply_to_post_number": one["answers"],
            "payload": {"raw": one["raw"], "title": one["title"]}}  # fmt: skip
    empty = [key for key in ("topic_id", "reply_to_post_number") if said[key] is None]
    return {key: value for key, value in said.items() if key not in empty} | one.get("spoilt", {})


def _beside(forum, items):
    people = [forum.users[number] for number in {-1, *(one["author"] for one in items)}]
    topics = [forum.topics[one["topic_id"]] for one in items if one["topic_id"]]
    deeds = [deed for one in items for deed in _deeds(forum, one)]
    return {
        "users": [{"id": one["id"], "username": one["username"], "name": one["name"],
                   "avatar_template": "/letter_avatar/x/{size}/5.png"} for one in people],
        "topics": [{"id": one["id"], "title": one["title"]} for one in topics],
        "actions": [{"id": f"post-{deed}", "server_action": deed} for deed in deeds],
    }  # fmt: skip


def _deeds(forum, item):
    topic = forum.topics.get(item["topic_id"])
    closed = topic is not None and topic["closed"]
    return ["approve_post_closed" if closed else "approve_post", "reject_post"]
