"""The one door to models: any OpenAI-compatible endpoint, a recording of it, or a script, behind one protocol.

    from agentscaler.llm.ask import ask
    from agentscaler.llm.chat import ChatModel
    from agentscaler.llm.keys import endpoint, read_keys

    model = ChatModel(endpoint("qwen3-8b@http://localhost:8000/v1"), keys=read_keys(os.environ, None))
    reply = await model.reply([Message(role="user", content="Hello")])
    order = (await ask(model, messages, into=Order)).record          a record, repaired with the validator's finding

    model.py    what a model is, its failures, ScriptedModel          ask.py      a record instead of prose
    chat.py     one endpoint: pace, retries, recording, ledger        wire.py     our messages and OpenAI's, tools in the prompt
    keys.py     where keys come from, and that they go nowhere        pace.py     how many requests at once, and when again
    replies.py  every reply, recorded once and played for ever        ledger.py   tokens, money and the budget

Nothing here knows of worlds, tasks or players, and nothing is imported before it is used: the openai SDK comes with the extra `models`.
"""
