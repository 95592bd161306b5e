"""The addresses of the played Discourse."""

from tests.simulators import discourse_deeds as deeds
from tests.simulators import discourse_replies as replies

_N, _NAME = r"(-?\d+)", r"([^/]+)"
# Method, path, answer, and whether guests are answered: "always" also in a closed forum.
ROUTES = [
    ("GET", "/site/basic-info", replies.basic_info, "always"),
    ("GET", "/site/settings", replies.site_settings, "yes"),
    ("GET", "/session/current", replies.session, ""),
    ("GET", "/categories", replies.categories, "yes"),
    ("GET", f"/c/{_NAME}/show", replies.category, "yes"),
    ("GET", "/posts", replies.latest, "yes"),
    ("GET", f"/posts/{_N}", replies.one_post, "yes"),
    ("GET", f"/posts/by_number/{_N}/{_N}", replies.by_number, "yes"),
    ("GET", f"/posts/{_NAME}/pending", deeds.pending, ""),
    ("GET", f"/t/{_N}", replies.one_topic, "yes"),
    ("GET", f"/t/{_N}/{_N}", replies.one_topic, "yes"),
    ("GET", f"/t/{_N}/posts", replies.some_posts, "yes"),
    ("GET", f"/t/{_NAME}/{_N}", replies.named_topic, "yes"),
    ("GET", f"/topics/private-messages/{_NAME}", replies.private_messages, ""),
    ("GET", f"/topics/private-messages-group/{_NAME}/{_NAME}", replies.private_messages, ""),
    ("GET", "/notifications", replies.notifications, ""),
    ("GET", "/post_action_users", replies.who_acted, "yes"),
    ("GET", "/review", deeds.queue, ""),
    ("GET", f"/review/{_N}", deeds.one_item, ""),
    ("POST", "/posts", deeds.create, ""),
    ("POST", "/post_actions", deeds.act, ""),
    ("PUT", f"/posts/{_N}", deeds.update, ""),
    ("PUT", f"/posts/{_N}/unhide", deeds.unhide, ""),
    ("PUT", f"/review/{_N}/perform/(\\w+)", deeds.perform, ""),
    ("DELETE", f"/posts/{_N}", deeds.destroy, ""),
    ("DELETE", f"/post_actions/{_N}", deeds.undo, ""),
    ("DELETE", f"/t/{_N}", deeds.destroy_topic, ""),
]
