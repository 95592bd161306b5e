"""Calls python-telegram-bot as it is told, line by line; runs in that library's environment.

Each line in is `[method, arguments]`, each line out what came back or which error was raised.
Nothing of this project is imported: the library is the judge of what the simulator plays.
"""

import asyncio
import json
import sys

import telegram
from telegram.error import ChatMigrated, RetryAfter, TelegramError


def shown(value):
    """Return an answer as JSON can hold it."""
    if isinstance(value, tuple | list):
        return [shown(one) for one in value]
    return value.to_dict() if isinstance(value, telegram.TelegramObject) else value


async def called(bot, method, given):
    if "reply_parameters" in given:
        given["reply_parameters"] = telegram.ReplyParameters(**given["reply_parameters"])
    if method == "restrict_chat_member":
        given["permissions"] = telegram.ChatPermissions(**given["permissions"])
    try:
        return {"result": shown(await getattr(bot, method)(**given))}
    except RetryAfter as error:
        return {"error": type(error).__name__, "wait": error._retry_after.total_seconds()}
    except ChatMigrated as error:
        return {"error": type(error).__name__, "chat": error.new_chat_id}
    except TelegramError as error:
        return {"error": type(error).__name__, "text": error.message}


async def main(base, token):
    async with telegram.Bot(token, base_url=f"{base}/bot") as bot:
        while line := await asyncio.to_thread(sys.stdin.readline):
            method, given = json.loads(line)
            sys.stdout.write(json.dumps(await called(bot, method, given)) + "\n")
            sys.stdout.flush()


asyncio.run(main(*sys.argv[1:]))
