"""What Python, numpy and torch say of common errors, said again for a beginner: what it means and what to look for.

Their words come in English alone, and from one version to the next few of them change (Python 3.11 to 3.14, numpy 2,
torch 2). Sentences of ours come out of here, and at most a name that stands in the words that went in.
"""

from __future__ import annotations

import re

from grader.locale import say

Patterns = tuple[tuple[str, str], ...]
MOST_LETTERS = 300  # what a learner's own error says must not keep a pattern busy

VAGUE = ("invalid syntax", "expected ':'")  # words that say less than the line itself does
OF_THE_LINE: Patterns = (
    (r"(<{7}|={7}|>{7})( |$)", "syntax_conflict"),
    (r"```", "syntax_fence"),
    (r"(\}\s*)?else if\b", "syntax_elif"),
    (r".*(&&|\|\|)|(if|elif|while|return)\s*\(?!\w", "syntax_words"),
    (r".*(\+\+|--)$", "syntax_plus"),
)
OF_SYNTAX: Patterns = (
    (r"'(?P<sign>[(\[{])' was never closed|f-string: expecting '(?P<brace>\})'", "syntax_never_closed"),
    (r"unmatched '(?P<sign>.)'|f-string: single '(?P<brace>\})' is not allowed", "syntax_unmatched"),
    (r"closing parenthesis '(?P<sign>.)' does not match opening parenthesis '(?P<other>.)'", "syntax_mismatch"),
    (r"expected ':'", "syntax_colon"),
    (r"expected an indented block", "syntax_block"),
    (r"unexpected indent", "syntax_indent"),
    (r"unindent does not match", "syntax_unindent"),
    (r"inconsistent use of tabs", "syntax_tabs"),
    (r"unterminated (f-string|string|t-string) literal", "syntax_quote"),
    (r"unterminated triple-quoted", "syntax_quotes"),
    (r"invalid (non-printable )?character", "syntax_character"),
    (r"cannot assign to|.*Maybe you meant '=='", "syntax_equals"),
    (r".*Perhaps you forgot a comma", "syntax_comma"),
    (r"'(return|yield|await|break|continue)' (outside|not properly in)", "syntax_outside"),
    (r"positional argument follows keyword", "syntax_positional"),
    (r"non-default argument follows|parameter without a default follows", "syntax_default"),
    (r"expected 'except' or 'finally' block", "syntax_try"),
    (r"Missing parentheses in call to 'print'", "syntax_print"),
    (r"invalid syntax", "syntax_invalid"),
)


RAISED: Patterns = (
    (r"\w+: name '(?P<name>\w+)' is not defined", "raised_name"),
    (r"\w+: cannot access (local|free) variable '(?P<name>\w+)'", "raised_unbound"),
    (r".*'NoneType'", "raised_none"),
    (r"\w+: module '(?P<owner>[\w.]+)' has no attribute '(?P<name>\w+)'", "raised_of_module"),
    (r"\w+: '(?P<owner>\w+)' object has no attribute '(?P<name>\w+)'", "raised_attribute"),
    (r"KeyError: (?P<name>[^\s…]+)$", "raised_key"),
    (r"IndexError: ", "raised_index"),
    (r".* takes 0 positional arguments but 1 was given", "raised_self"),
    (r".* takes .*positional arguments? but \d+ (was|were) given", "raised_too_many"),
    (r".* missing \d+ required \S+ arguments?", "raised_too_few"),
    (r".* got an unexpected keyword argument '(?P<name>\w+)'", "raised_keyword"),
    (r"ModuleNotFoundError: No module named '(?P<name>[\w.]+)'", "raised_module"),
    (r"ImportError: cannot import name '(?P<name>\w+)' from '(?P<owner>[\w.]+)'", "raised_of_module"),
    (r"ImportError: attempted relative import", "raised_relative"),
    (r"RecursionError: ", "raised_recursion"),
    (r".*only (0-dimensional|length-1|size-1) arrays can be converted", "raised_scalar"),
    (r".*(only one element tensors can be converted|Tensor with \d+ elements cannot be converted)", "raised_scalar"),
    (r".*(The truth value of an array|Boolean value of Tensor with more than one)", "raised_truth"),
    (r".*(could not be broadcast together|The size of tensor a|broadcast dimension)", "raised_broadcast"),
    (r".*(matmul: |shapes cannot be multiplied|shapes .* not aligned)", "raised_matmul"),
    (r".* object is not callable", "raised_callable"),
    (r".*unsupported operand type\S* for (?P<sign>\S+).*: '(?P<owner>\w+)' and '(?P=owner)'", "raised_operator"),
    (r".*unsupported operand type", "raised_operands"),
    (r".* before Module.__init__\(\) call", "raised_super"),
    (r".*all tensors to be on the same device", "raised_devices"),
    (r".*Can't call numpy\(\) on Tensor that requires grad", "raised_detach"),
    (r".*convert \S+ device type tensor to numpy", "raised_to_cpu"),
    (r".*a leaf Variable that requires grad is being used in an in-place", "raised_leaf"),
    (r".*does not require grad and does not have a grad_fn", "raised_no_graph"),
)


def of_syntax(text: str, source: str, language: str) -> str:
    """A sentence about a SyntaxError's `text` and its line; "" where Python's own words are all there is."""
    of_the_line = next((key for pattern, key in OF_THE_LINE if re.match(pattern, source[:MOST_LETTERS])), "")
    if of_the_line and text.startswith(VAGUE):
        return say(of_the_line, language)
    return _said(OF_SYNTAX, text, language)


def of_error(kind: str, text: str, language: str) -> str:
    """A sentence about another error, whose class is `kind`; "" where its own words are all there is."""
    return _said(RAISED, f"{kind}: {text}", language)


def _said(patterns: Patterns, text: str, language: str) -> str:
    for pattern, key in patterns:
        if found := re.match(pattern, text[:MOST_LETTERS]):
            named = {name: words for name, words in found.groupdict().items() if words is not None}
            named["sign"] = named.get("sign", named.get("brace", "")).removesuffix(":")
            return say(key, language, **named)
    return ""
