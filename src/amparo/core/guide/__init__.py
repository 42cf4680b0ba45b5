"""The guided conversation: a graph as data, one step function, and vetted answers to free text.

No text is ever generated, nothing is kept, and every way ends with people who help. `problems` proves that.
"""

from ._answers import Answer, Answers, Urgency, answers, read_answers, search, urgency
from ._graph import GO_ON, SKIP, STOP, Choice, Graph, Help, HelpKind, Question, graph, read_graph
from ._proof import MOST_STEPS, answers_of, has_people, problems
from ._read import BadGuide
from ._walk import (
    BadAnswer,
    NotReached,
    State,
    back_to,
    begin,
    choices_made,
    country_of,
    help_of,
    is_adult,
    resume,
    situation,
    step,
)

__all__ = [
    "GO_ON",
    "MOST_STEPS",
    "SKIP",
    "STOP",
    "Answer",
    "Answers",
    "BadAnswer",
    "BadGuide",
    "Choice",
    "Graph",
    "Help",
    "HelpKind",
    "NotReached",
    "Question",
    "State",
    "Urgency",
    "answers",
    "answers_of",
    "back_to",
    "begin",
    "choices_made",
    "country_of",
    "graph",
    "has_people",
    "help_of",
    "is_adult",
    "problems",
    "read_answers",
    "read_graph",
    "resume",
    "search",
    "situation",
    "step",
    "urgency",
]
