"""Settings of the test's forum, on top of those that ship with Misago for trying it out."""

import os
from pathlib import Path

from devproject.settings import *  # noqa: F403  (that is how Django settings build on others)

_FOLDER = Path(os.environ["CM_TEST_FOLDER"])

DEBUG = False
ALLOWED_HOSTS = ["127.0.0.1"]
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": "postgres",
        "USER": "pg",
        "HOST": "127.0.0.1",
        "PORT": os.environ["CM_TEST_DATABASE_PORT"],
    }
}
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
CELERY_TASK_ALWAYS_EAGER = True
CELERY_BROKER_URL = "memory://"
EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STATIC_ROOT = str(_FOLDER / "static")
MEDIA_ROOT = str(_FOLDER / "media")
MISAGO_USER_DATA_DOWNLOADS_WORKING_DIR = str(_FOLDER / "downloads")
TIME_ZONE = "Europe/Berlin"
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
}
