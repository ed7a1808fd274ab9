"""Spoken lines: scripts, voices, the speech program, the track, and mouths that follow it."""

import math
import os
import stat
import sys
from pathlib import Path

import pytest
import torch
from hibari.model.loudness import integrated_loudness
from hibari.model.speech import espeak, piper
from hibari.model.speech.mouth import av_offset, mouth_opening
from hibari.model.speech.script import Line, read_script, starts_of
from hibari.model.speech.synthesis import speak_line
from hibari.model.speech.track import RATE_HZ, latent_noise, lay_out, track_of
from hibari.model.speech.voice import Voice, voice_of
from hibari.model.speech.wave_sound import SpeechError, trimmed

SCRIPT = """
Anna (a deep, slow voice): Hello: there.
[1.5] Ben : Hi!

[auto] @me: Good morning.
Anna: Again.
"""


def hum(seconds, level=0.1, rate=RATE_HZ):
    time = torch.arange(round(seconds * rate)) / rate
    return level * torch.sin(2 * math.pi * 220 * time)


def test_a_script_is_read_line_by_line_and_a_voice_is_kept():
    assert read_script(SCRIPT) == [
        Line("Anna", "Hello: there.", None, "a deep, slow voice"),
        Line("Ben", "Hi!", 1.5),
        Line("@me", "Good morning."),
        Line("Anna", "Again.", None, "a deep, slow voice"),
    ]
    assert [line.is_cameo for line in read_script(SCRIPT)] == [False, False, True, False]


def test_lines_follow_each_other_unless_they_ask_for_a_time():
    lines = read_script("A: a\nB: b\n[0.5] C: c\nD: d")
    assert starts_of(lines, [1.0, 2.0, 0.1, 1.0], 0.25) == [0.0, 1.25, 0.5, 3.5]


@pytest.mark.parametrize(
    ("script", "message"),
    [
        (" \n", "the dialogue is empty"),
        ("Hello there.", "line 1 of the dialogue, 'Hello there.', has no speaker"),
        ("A: a\n[soon] B: b", r"line 2 of the dialogue starts at 'soon'.*\[1\.5\]"),
        ("[-1] A: a", "starts at '-1'"),
        ("[nan] A: a", "starts at 'nan'"),
        ("A: " + "x" * 501, "line 1 of the dialogue has 501 characters"),
        ("A: a\n" * 101, "the dialogue has 101 lines"),
    ],
)
def test_a_script_that_cannot_be_read_is_refused_by_line(script, message):
    with pytest.raises(ValueError, match=message):
        read_script(script)


def test_a_voice_is_as_described_and_each_name_has_its_own():
    low = voice_of("Anna", "a deep, slow woman's voice")
    assert (low.pitch, low.words_per_minute, low.variant[0]) == (25, 125, "f")
    assert voice_of("Paul", "un homme, voix aiguë").variant.startswith("m")
    assert voice_of("Anna") == voice_of("anna")
    assert len({voice_of(name).variant for name in ("Anna", "Ben", "Cleo", "Dan", "Eve")}) > 2


needs_espeak = pytest.mark.skipif(not espeak.espeak_program(), reason="espeak-ng is not installed")


@needs_espeak
def test_words_become_sound_and_the_same_words_the_same_sound():
    voice = Voice("f2")
    one, rate = espeak.speak("Hello there.", "en-us", voice)
    two, _ = espeak.speak("Hello there.", "en-us", voice)
    assert torch.equal(one, two)
    assert 0.4 < len(one) / rate < 2
    assert 0.05 < one.abs().max() <= 1
    slow, _ = espeak.speak("Hello there.", "en-us", Voice("f2", 50, 100))
    assert len(slow) > 1.2 * len(one)


@needs_espeak
def test_words_that_look_like_options_or_codes_are_spoken():
    sound, rate = espeak.speak("--version [[h@l'oU]] -h", "fr", Voice("m1"))
    assert len(sound) / rate > 0.5


@needs_espeak
def test_an_unknown_language_is_told():
    with pytest.raises(SpeechError, match="did not speak 'xx-none'"):
        espeak.speak("Hello", "xx-none", Voice("m1"))


def test_without_a_program_it_is_told_what_to_install(monkeypatch):
    monkeypatch.setattr(espeak, "espeak_program", lambda: None)
    with pytest.raises(SpeechError, match=r"apt install espeak-ng.*brew.*winget"):
        espeak.speak("Hello", "en", Voice("m1"))


@pytest.mark.skipif(os.name == "nt", reason="the false program is a script with a shebang")
@pytest.mark.parametrize(
    ("script", "message"),
    [("import sys; sys.exit('broken')", "broken"), ("print('x' * 99)", "gave no wave file")],
)
def test_a_program_that_fails_is_told(tmp_path, monkeypatch, script, message):
    program = tmp_path / "espeak-ng"
    program.write_text(f"#!{sys.executable} -S\n{script}\n")
    program.chmod(program.stat().st_mode | stat.S_IEXEC)
    monkeypatch.setattr(espeak, "espeak_program", lambda: str(program))
    with pytest.raises(SpeechError, match=message):
        espeak.speak("Hello", "en", Voice("m1"))


def test_silence_at_the_ends_is_cut():
    padded = torch.cat((torch.zeros(50), hum(0.1), torch.zeros(70)))
    assert abs(len(trimmed(padded)) - len(hum(0.1))) < 30
    assert len(trimmed(torch.zeros(9))) == 1


def brought(folder, *names):
    for name in names:
        (folder / f"{name}.onnx").touch()
        (folder / f"{name}.onnx.json").touch()


def test_a_voice_of_the_language_is_found_and_one_that_is_named_taken(tmp_path):
    brought(tmp_path, "en_US-amy-medium", "en_GB-alan-low", "fr_FR-siwis-medium")
    (tmp_path / "en_US-half-low.onnx").touch()  # its settings are missing
    names = {
        language: [path.stem for path in piper.voices_in(tmp_path, language)]
        for language in ("en-us", "en-au", "fr", "de")
    }
    assert names == {
        "en-us": ["en_US-amy-medium"],
        "en-au": ["en_GB-alan-low", "en_US-amy-medium"],
        "fr": ["fr_FR-siwis-medium"],
        "de": [],
    }
    both = piper.voices_in(tmp_path, "en-au")
    assert piper.chosen_voice(both, "Ben", "the voice of Alan").stem == "en_GB-alan-low"
    assert piper.chosen_voice(both, "Ben", "") == piper.chosen_voice(both, "ben", "")


def test_piper_speaks_where_it_has_a_voice_and_espeak_elsewhere(tmp_path, monkeypatch):
    brought(tmp_path, "en_US-amy-medium")
    monkeypatch.setattr(piper, "speak", lambda text, model, voice: ("piper", model.stem))
    monkeypatch.setattr(espeak, "speak", lambda text, language, voice: ("espeak", language))
    line = Line("A", "Hello")
    assert speak_line(line, "en-us", tmp_path) == ("espeak", "en-us")
    monkeypatch.setattr(piper, "piper_command", lambda: ["piper"])
    assert speak_line(line, "en-us", tmp_path) == ("piper", "en_US-amy-medium")
    assert speak_line(line, "fr", tmp_path) == ("espeak", "fr")


FALSE_PIPER = """
import sys, wave
given = dict(zip(sys.argv[1::2], sys.argv[2::2]))
assert given["--noise-scale"] == given["--noise-w-scale"] == "0", given
if "broken" in given["-m"]:
    sys.exit("no such voice")
with wave.open(given["-f"], "wb") as file:
    file.setparams((1, 2, 22050, 0, "NONE", ""))
    count = round(1000 * float(given["--length-scale"]) * len(sys.stdin.read()))
    file.writeframes(b"\\x00\\x20" * count)
"""


def test_piper_is_run_as_a_process_and_what_it_says_is_told(tmp_path, monkeypatch):
    (tmp_path / "piper.py").write_text(FALSE_PIPER)
    command = [sys.executable, "-S", str(tmp_path / "piper.py")]
    monkeypatch.setattr(piper, "piper_command", lambda: command)
    sound, rate = piper.speak("Hello", Path("a.onnx"), Voice("m1", 50, 330))
    assert (len(sound), rate) == (2500, 22050)
    assert sound.unique().tolist() == [0.25]
    with pytest.raises(SpeechError, match="no such voice; use another voice"):
        piper.speak("Hello", Path("broken.onnx"), Voice("m1"))


def test_lines_are_equally_loud_where_they_belong_on_the_track():
    lines = read_script("A: a\n[1.5] B: b")
    spoken = lay_out(lines, [(hum(1.0, 0.01), RATE_HZ), (hum(1.0, 0.4, 16000), 16000)], 0.25)
    track = track_of(spoken, 3.0)
    assert track.shape == (2, 3 * RATE_HZ)
    first, second = track[:, :RATE_HZ], track[:, round(1.5 * RATE_HZ) : round(2.5 * RATE_HZ)]
    assert integrated_loudness(first, RATE_HZ) == pytest.approx(
        integrated_loudness(second, RATE_HZ), abs=0.5
    )
    assert track[:, RATE_HZ : round(1.5 * RATE_HZ)].abs().max() == 0
    assert track[:, round(2.5 * RATE_HZ) :].abs().max() == 0


def test_lines_are_kept_and_the_smaller_noise_counts_where_they_overlap():
    lines = read_script("[0] A: a\n[0.2] @b: b")
    spoken = lay_out(lines, [(hum(0.4), RATE_HZ), (hum(0.4), RATE_HZ)], 0)
    noise = latent_noise(spoken, 25, [0.0, 0.5], 1.0)
    assert noise[:10].tolist() == [0.0] * 10
    assert noise[10:15].tolist() == [0.5] * 5
    assert noise[15:].tolist() == [1.0] * 10


def speech(seconds=2.0, rate=16000, seed=3):
    """Noise in syllables of uneven length."""
    generator = torch.Generator().manual_seed(seed)
    levels = torch.rand(round(seconds * 9), generator=generator) ** 2
    shape = levels.repeat_interleave(math.ceil(seconds * rate / len(levels)))[
        : round(seconds * rate)
    ]
    return shape * torch.randn(len(shape), generator=generator) * 0.2


def talking(opening, late=0):
    """A mouth that opens in a picture with noise, ``late`` frames after its speech."""
    generator = torch.Generator().manual_seed(1)
    frames = 0.5 + 0.02 * torch.randn(len(opening), 64, 64, 3, generator=generator)
    for frame, gap in zip(frames, opening.roll(late), strict=True):
        frame[40 : 40 + round(12 * float(gap)), 24:40] -= 0.4
    return frames


def test_a_mouth_is_closed_in_silence_and_open_where_speech_is_loud():
    sound = torch.cat((torch.zeros(RATE_HZ), hum(1.0), torch.zeros(RATE_HZ)))
    opening = mouth_opening(sound, RATE_HZ, 72, 24)
    assert opening.shape == (72,)
    assert opening[:22].max() == opening[50:].max() == 0
    assert opening[26:46].min() > 0.9


@pytest.mark.parametrize("late", [-4, 0, 3])
def test_the_offset_of_a_mouth_is_found(late):
    opening = mouth_opening(speech(), 16000, 48, 24)
    found = av_offset(talking(opening, late), opening, 24)
    assert found.seconds * 24 == pytest.approx(late, abs=0.5)
    assert found.agreement > 0.45  # the mouth opens in whole pixels


def test_what_does_not_follow_speech_agrees_little():
    opening = mouth_opening(speech(), 16000, 48, 24)
    other = mouth_opening(speech(seed=8), 16000, 48, 24)
    assert av_offset(talking(other), opening, 24).agreement < 0.4
    still = av_offset(torch.zeros(48, 8, 8, 3), opening, 24)
    assert still.agreement == 0


def test_a_clip_of_another_length_is_refused():
    with pytest.raises(ValueError, match="give as many of each, at least 5"):
        av_offset(torch.zeros(9, 8, 8, 3), torch.zeros(8), 24)
