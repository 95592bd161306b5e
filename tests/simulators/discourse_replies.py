"""What the played Discourse answers to who reads: each shape, and when it refuses."""

PAGE = 50
LINES = 30
LIKE, _FLAGS = 2, (3, 4, 7, 8)


class RefusedError(Exception):
    """What Discourse answers instead of data."""

    def __init__(self, status, kind, text, **more):
        super().__init__(text)
        self.status = status
        self.kind = kind
        self.body = {"errors": [text]} | ({"error_type": kind} if kind else {}) | more

    def answer(self, forum):
        """Return the body and the headers."""
        if self.status != 429:
            return self.body, {}
        told = {"extras": {"wait_seconds": forum.wait}} if "body" in forum.wait_told_in else {}
        header = {"Retry_After": forum.wait} if "header" in forum.wait_told_in else {}
        return self.body | told, header


def date(at):
    return at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03d}Z" if at else None


def staff(user):
    return user["admin"] or user["moderator"]


def not_found():
    return RefusedError(404, "not_found", "Die angeforderte Seite gibt es nicht.")


def no_access():
    return RefusedError(403, "invalid_access", "Du hast keine Berechtigung dazu.")


def shown(forum, user, post, *, raw=True, listed=False):
    """Return a post as somebody sees it."""
    author = forum.users.get(post["user_id"])
    topic = forum.topics[post["topic_id"]]
    veiled = post["hidden"] and not staff(user)
    answered = next((one for one in forum.inside(post["topic_id"])
                     if one["post_number"] == post["answers"]), None)  # fmt: skip
    answered = forum.users.get(answered["user_id"]) if answered else None
    said = {
        "id": post["id"], "name": author and author["name"],
        "username": author["username"] if author else None,
        "avatar_template": "/letter_avatar/x/{size}/5.png", "created_at": date(post["created_at"]),
        "cooked": "<p>Dieser Beitrag wurde gemeldet.</p>" if veiled else forum.cooked(post["raw"]),
        "post_number": post["post_number"], "post_type": post["post_type"],
        "updated_at": date(post["updated_at"]), "reply_to_post_number": post["answers"],
        "yours": post["user_id"] == user["id"], "topic_id": post["topic_id"],
        "topic_slug": "thema", "display_username": author and author["name"],
        "version": post["version"], "actions_summary": summary(forum, user, post),
        "moderator": bool(author and author["moderator"]), "user_id": post["user_id"],
        "hidden": post["hidden"], "deleted_at": date(post["deleted_at"]),
        "user_deleted": post["user_deleted"], "trust_level": 1,
    }  # fmt: skip
    said |= {"cooked_hidden": True} if veiled else {}
    said |= {"raw": post["raw"]} if raw and not (veiled and not said["yours"]) else {}
    said |= {"reply_to_user": {"username": answered["username"]}} if answered else {}
    said |= {"action_code": post["action_code"]} if post.get("action_code") else {}
    said |= {"topic_title": topic["title"], "category_id": topic["category_id"]} if listed else {}
    return said | post.get("spoilt", {})


def summary(forum, user, post):
    found = []
    for kind in (LIKE, *_FLAGS):
        acted = (user["id"], post["id"], kind) in forum.acts
        count = sum(1 for _user, number, one in forum.acts if (number, one) == (post["id"], kind))
        may = not acted and user["id"] != post["user_id"] and not (post["hidden"] and kind != 7)
        one = {"id": kind, "can_act": may, "count": count, "acted": acted, "can_undo": acted}
        found.append({key: value for key, value in one.items() if key == "id" or value})
    return [one for one in found if len(one) > 1]


def visible(forum, user, post):
    """Whether a post is there for somebody, in its topic."""
    if not forum.may_see(user, forum.topics.get(post["topic_id"])):
        return False
    return (staff(user) or post["deleted_at"] is None) and (post["post_type"] != 4 or staff(user))


def found_post(forum, user, number):
    post = forum.posts.get(number)
    if post is None or (post["deleted_at"] and not staff(user)):
        raise not_found()
    if not visible(forum, user, post):
        raise no_access()
    return post


def found_topic(forum, user, number):
    topic = forum.topics.get(number)
    if topic is None or (topic["deleted_at"] and not staff(user)):
        raise not_found()
    if not forum.may_see(user, topic):
        raise no_access()
    return topic


# The forum.


def basic_info(forum, _user, _given):
    return {"title": forum.title, "description": "", "logo_url": "", "favicon_url": "",
            "apple_touch_icon_url": "", "header_primary_color": "333333",
            "header_background_color": "ffffff"}  # fmt: skip


def site_settings(forum, _user, _given):
    return {"title": forum.title, **forum.settings}


def session(_forum, user, _given):
    groups = [{"id": 40, "name": name, "has_messages": True} for name in user["groups"]]
    return {"current_user": {"id": user["id"], "username": user["username"], "name": user["name"],
                             "admin": user["admin"], "moderator": user["moderator"],
                             "groups": groups}}  # fmt: skip


def categories(forum, user, _given):
    known = [one for one in forum.categories.values() if user["id"] not in one["closed_to"]]
    top = [one for one in known if one["parent"] is None]
    return {"category_list": {"categories": [_category(known, one) for one in top]}}


def _category(known, one):
    below = [_category(known, inner) for inner in known if inner["parent"] == one["id"]]
    about = {key: one[key] for key in ("id", "name", "slug")}
    return about | {"subcategory_ids": [inner["id"] for inner in below], "subcategory_list": below}


def category(forum, user, _given, name):
    for one in forum.categories.values():
        if name in (one["id"], one["slug"]) and user["id"] not in one["closed_to"]:
            return {"category": {key: one[key] for key in ("id", "name", "slug")}}
    raise not_found()


# Reading.


def latest(forum, user, given):
    before = int(given.get("before") or 0)
    posts = sorted(forum.posts.values(), key=lambda one: -one["id"])
    if forum.old_pages:
        top = before or max(forum.posts, default=0)
        posts = [one for one in posts if top - PAGE < one["id"] <= top]
    elif before > 0:
        posts = [one for one in posts if one["id"] < before]
    found = [one for one in posts if _is_listed(forum, user, one)][:PAGE]
    return {"latest_posts": [shown(forum, user, one, listed=True) for one in found]}


def _is_listed(forum, user, post):
    topic = forum.topics[post["topic_id"]]
    public = topic["archetype"] == "regular" and topic["visible"] and not topic["deleted_at"]
    return (public and post["deleted_at"] is None and post["post_type"] == 1
            and forum.may_see(user, topic))  # fmt: skip


def one_post(forum, user, _given, number):
    return shown(forum, user, found_post(forum, user, number))


def by_number(forum, user, _given, topic, number):
    for post in forum.inside(topic):
        if post["post_number"] == number:
            return shown(forum, user, found_post(forum, user, post["id"]))
    raise not_found()


def one_topic(forum, user, given, number, near=1):
    topic = found_topic(forum, user, number)
    posts = [one for one in forum.inside(number) if visible(forum, user, one)]
    posts.sort(key=lambda one: one["post_number"])
    begin = next((place for place, one in enumerate(posts) if one["post_number"] >= near), 0)
    some = posts[max(begin - 5, 0) : max(begin - 5, 0) + 20]
    raw = "include_raw" in given
    return {
        "id": number, "title": topic["title"], "archetype": topic["archetype"], "slug": "thema",
        "category_id": topic["category_id"], "posts_count": len(_there(posts)),
        "highest_post_number": max((one["post_number"] for one in posts), default=0),
        "closed": topic["closed"], "visible": topic["visible"],
        "deleted_at": date(topic["deleted_at"]),
        "post_stream": {"posts": [shown(forum, user, one, raw=raw) for one in some],
                        "stream": [one["id"] for one in posts]},
    }  # fmt: skip


def named_topic(forum, user, given, _slug, number):
    return one_topic(forum, user, given, number)


def some_posts(forum, user, given, number):
    found_topic(forum, user, number)
    wanted = {int(one) for one in given.get("post_ids[]", [])}
    posts = [one for one in forum.inside(number) if visible(forum, user, one)]
    posts = [one for one in posts if not wanted or one["id"] in wanted][:PAGE]
    raw = "include_raw" in given
    said = [shown(forum, user, one, raw=raw) for one in posts]
    return {"id": number, "post_stream": {"posts": said}}


def private_messages(forum, user, given, name, group=None):
    if name.casefold() != user["username"].casefold() and not staff(user):
        raise not_found()
    found = [one for one in forum.topics.values() if one["archetype"] == "private_message"
             and not one["deleted_at"] and _in_inbox(forum, user, one, group)]  # fmt: skip
    lines = [_line(forum, one) for one in found]
    lines.sort(key=lambda one: (one["bumped_at"], one["id"]), reverse=True)
    begin = int(given.get("page") or 0) * LINES
    more = {"more_topics_url": "/more"} if len(lines) > begin + LINES else {}
    return {"users": [], "topic_list": {"topics": lines[begin : begin + LINES], **more}}


def _in_inbox(forum, user, topic, group):
    if group is not None:
        return group in topic["teams"] and group in user["groups"]
    others = any(one["user_id"] != user["id"] for one in forum.inside(topic["id"]))
    return user["id"] in topic["people"] and others


def _there(posts):
    return [one for one in posts if not one["deleted_at"]]


def _line(forum, topic):
    posts = _there(forum.inside(topic["id"]))
    at = date(max((one["created_at"] for one in posts), default=forum.now))
    return {"id": topic["id"], "title": topic["title"], "posts_count": len(posts),
            "highest_post_number": max((one["post_number"] for one in posts), default=0),
            "last_posted_at": at, "bumped_at": at, "archetype": topic["archetype"]}  # fmt: skip


def notifications(forum, user, given):
    ours = [one for one in forum.notes if one["user"] == user["id"]][::-1]
    names = ("id", "notification_type", "topic_id", "post_number")
    said = [
        {key: one[key] for key in names} | {"created_at": date(one["created_at"])} for one in ours
    ]
    return {"notifications": said[: int(given.get("limit") or 60)]}


def who_acted(forum, user, given):
    post = found_post(forum, user, int(given["id"]))
    kind = int(given["post_action_type_id"])
    people = [forum.users[who] for who, number, one in forum.acts
              if (number, one) == (post["id"], kind)]  # fmt: skip
    return {"post_action_users": [{"id": one["id"], "username": one["username"]} for one in people]}
