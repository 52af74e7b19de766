# SPDX-License-Identifier: Apache-2.0
"""Boolean functions of a Liberty file as truth tables: bit n is the value when the pins, the first lowest, are n."""
import re

TOKEN = re.compile(r"[A-Za-z_]\w*|[01!'()&*|+^]")


def pins_of(text):
    """In the order of their first appearance."""
    return list(dict.fromkeys(t for t in TOKEN.findall(text) if t[0].isalpha() or t[0] == '_'))


class Parser:
    """! and ', then ^, then & (also * and nothing), then | and +."""

    def __init__(self, text, pins):
        self.tokens, self.at = TOKEN.findall(text), 0
        self.ones = (1 << (1 << len(pins))) - 1
        self.pins = {pin: sum(1 << n for n in range(1 << len(pins)) if n >> i & 1) for i, pin in enumerate(pins)}

    def peek(self):
        return self.tokens[self.at] if self.at < len(self.tokens) else ''

    def take(self):
        self.at += 1
        return self.tokens[self.at - 1]

    def either(self):
        value = self.both()
        while self.peek() in ('|', '+'):
            self.take()
            value |= self.both()
        return value

    def both(self):
        value = self.differ()
        while self.peek() not in ('', ')', '|', '+'):
            if self.peek() in ('&', '*'):
                self.take()
            value &= self.differ()
        return value

    def differ(self):
        value = self.single()
        while self.peek() == '^':
            self.take()
            value ^= self.single()
        return value

    def single(self):
        if not self.peek():
            raise ValueError('an expression ends too early')
        token = self.take()
        if token == '!':
            value = self.ones ^ self.single()
        elif token == '(':
            value = self.either()
            if self.peek() != ')':
                raise ValueError('a bracket stays open')
            self.take()
        elif token in '01':
            value = self.ones if token == '1' else 0
        else:
            value = self.pins[token]
        while self.peek() == "'":
            self.take()
            value ^= self.ones
        return value


def table(text, pins):
    parser = Parser(text, pins)
    value = parser.either()
    if parser.peek():
        raise ValueError('%s is too much in %s' % (parser.peek(), text))
    return value
