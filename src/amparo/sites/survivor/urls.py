"""Paths say nothing: they stand in the history of her browser."""

from django.urls import path

from amparo.sites.survivor import (
    addresses,
    asking,
    door,
    hand_over,
    her_code,
    leaving,
    messages,
    page,
    pausing,
    permissions,
    pictures,
    questions,
    words_back,
)

app_name = "survivor"
urlpatterns = [
    path("", door.welcome, name="welcome"),
    path("start", questions.ask, {"number": questions.SAFETY}, name="safety"),
    path("help-now", door.danger, name="danger"),
    path("next", questions.ask, {"number": questions.AGE}, name="age"),
    path("next/<int:number>", questions.ask, name="more"),
    path("steps", questions.steps, name="steps"),
    path("done", questions.stopped, name="stopped"),
    path("ask", asking.ask, name="ask"),
    path("people", door.young, name="young"),
    path("form", pictures.send, name="pictures"),
    path("open", page.open_by_code, name="open"),
    path("other", hand_over.other, name="other"),
    path("mine", page.mine, name="mine"),
    path("mine/take-back", page.take_everything_back, name="take_everything_back"),
    path("mine/take-back/<int:consent_id>", page.take_back, name="take_back"),
    path("mine/allow/<uuid:picture_id>/<int:bank_id>", permissions.allow, name="allow"),
    path("mine/less/<uuid:picture_id>", permissions.forget_stronger, name="forget_stronger"),
    path("mine/address", addresses.add, name="add_address"),
    path("mine/address/<uuid:item_id>/back", addresses.back, name="back_again"),
    path("mine/notes", messages.messages, name="messages"),
    path("mine/rest", pausing.pause, name="pause"),
    path("mine/rest/end", pausing.resume, name="resume"),
    path("mine/code", her_code.her_code, name="her_code"),
    path("mine/code/new", her_code.change, name="change_code"),
    path("mine/code/second", her_code.second, name="second_code"),
    path("mine/code/second/end", her_code.end_second, name="end_second_code"),
    path("mine/code/end", her_code.end, name="end_code"),
    path("mine/end", her_code.erase, name="erase"),
    path("mine/words", words_back.typed_back, name="typed_back"),
    path("out", leaving.sign_out, name="sign_out"),
    path("exit", leaving.leave, name="exit"),
]
