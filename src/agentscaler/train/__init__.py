"""Room 10, train: training rows become a trained model. Everything heavy (torch, transformers, trl) is imported where it is used.

masks.py    a conversation -> token ids and labels, pure given a tokenizer
"""
