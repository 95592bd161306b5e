"""Fills the test's forum: people, categories, its name. Run inside Misago's environment."""

import django

django.setup()

from django.contrib.auth import get_user_model  # noqa: E402  (Django has to be set up first)
from misago.acl.cache import clear_acl_cache  # noqa: E402
from misago.cache.versions import get_cache_versions  # noqa: E402
from misago.categories.models import Category, RoleCategoryACL  # noqa: E402
from misago.conf.dynamicsettings import DynamicSettings  # noqa: E402
from misago.conf.models import Setting  # noqa: E402
from misago.users.setupnewuser import setup_new_user  # noqa: E402

PASSWORD = "Mehl & Wasser 7"
TEAM = ("Krume", "Mira")
MEMBERS = ("alice", "bob_b", "lena")


def add_people():
    """Make moderators and members, all with the same password."""
    users = get_user_model().objects
    settings = DynamicSettings(get_cache_versions())
    for name in (*TEAM, *MEMBERS):
        make = users.create_superuser if name in TEAM else users.create_user
        setup_new_user(settings, make(name, f"{name}@example.org", PASSWORD))


def add_category(name, slug, parent):
    """Make a category with the rights of the one that is there from the beginning."""
    first = Category.objects.get(slug="first-category")
    made = Category(name=name, slug=slug)
    made.insert_at(Category.objects.get(pk=parent.pk), position="last-child", save=True)
    for known in RoleCategoryACL.objects.filter(category=first):
        RoleCategoryACL.objects.create(
            role=known.role, category=made, category_role=known.category_role
        )
    return made


add_people()
root = Category.objects.root_category()
questions = add_category("Fragen & Antworten", "fragen", root)
add_category("Backen", "backen", questions)
Setting.objects.filter(setting="forum_name").update(dry_value="Bäckerei Krume")
clear_acl_cache()
