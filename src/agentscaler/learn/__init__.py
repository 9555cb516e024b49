"""The proof of learning, in small: `make learn`. See docs/learning.md.

apis.py      made-up APIs            worlds.py    worlds, tasks and demonstrations from them
tiny.py      tokenizer and model     practice.py  training
play.py      many episodes at once   curve.py     the experiment        page.py   its page
"""
