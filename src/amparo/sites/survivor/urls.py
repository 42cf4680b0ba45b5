"""Paths say nothing: they stand in the history of her browser."""

from django.urls import path

from amparo.sites.survivor import asking, door, hand_over, leaving, page, pictures, questions

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
    path("out", leaving.sign_out, name="sign_out"),
    path("exit", leaving.leave, name="exit"),
]
