"""Frames that are none of ours, each wrong in its own way."""

UNKNOWN = "00000000-0000-7000-8000-000000000000"
RUBBISH = [
    "",
    "null",
    "[]",
    "{}",
    "{",
    '"start_answer"',
    '{"type":"fly"}',
    '{"type":"start_answer"}',
    '{"type":"start_answer","question_id":7}',
    '{"type":"start_answer","question_id":"no"}',
    '{"type":"ping","user_id":"somebody else"}',
    '{"type":"finish_answer","session_id":"' + UNKNOWN + '"}',
    '{"type":"ping","type":"finish_answer"}',
    '{"type":"correct","seq":1e400,"text":"x"}',
    '{"type":"correct","seq":99999999999999999999,"text":"x"}',
    '{"type":"correct","seq":-1,"text":"x"}',
    '{"type":"resume","after_seq":9223372036854775807}',
    '{"type":"client_event","name":"x","detail":{"a":"\\u0000"}}',
    '{"type":"client_event","name":"x","detail":{"a":"\\ud800"}}',
    '{"type":"client_event","name":"x","detail":{"a":{"b":1}}}',
    '{"type":"correct","seq":1,"text":"\\u0000"}',
    "[" * 3000,
    '{"type":NaN}',
]
