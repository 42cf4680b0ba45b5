#!/usr/bin/env bash
# After a change of words on the survivor's door: renew the catalogues, compile them, and write down what is still English.
# Needs GNU gettext (msgmerge, msgattrib, msgfmt). The tests and the running system do not.
set -euo pipefail
cd "$(dirname "$0")/.."
python=.venv/bin/python
pot=$(mktemp --suffix=.pot)
trap 'rm -f "$pot"' EXIT
$python -m scripts.catalogue template > "$pot"
for po in src/amparo/locale/*/LC_MESSAGES/django.po; do
  # No guesses: a sentence that nearly fits may say the opposite. What is no longer said is dropped.
  msgmerge --quiet --update --backup=none --no-fuzzy-matching --no-wrap "$po" "$pot"
  msgattrib --no-obsolete --no-wrap --output-file="$po" "$po"
  sed --in-place '/^"\(POT-Creation-Date\|PO-Revision-Date\|Last-Translator\|Language-Team\)/d' "$po"
  $python -m scripts.catalogue marked < "$po" | msgfmt --check-format --check-domain --output-file="${po%.po}.mo" -
done
$python -m scripts.catalogue pending
