from django.urls import path

from amparo.sites.desk import banks, cases, decisions, entry, notices, steps

app_name = "desk"
urlpatterns = [
    path("", entry.home, name="home"),
    path("sign-in", entry.sign_in, name="sign_in"),
    path("sign-out", entry.sign_out, name="sign_out"),
    path("cases", cases.queue, name="cases"),
    path("cases/<uuid:case_id>", cases.case, name="case"),
    path("cases/<uuid:case_id>/addresses", steps.add_address, name="add_address"),
    path("cases/<uuid:case_id>/addresses/<uuid:item_id>/<slug:step>", steps.address_step, name="address_step"),
    path("cases/<uuid:case_id>/freeze", steps.freeze, name="freeze"),
    path("cases/<uuid:case_id>/notices/new", notices.compose, name="compose"),
    path("cases/<uuid:case_id>/notices/<uuid:notice_id>", notices.notice, name="notice"),
    path("cases/<uuid:case_id>/notices/<uuid:notice_id>/<slug:step>", steps.notice_step, name="notice_step"),
    path("cases/<uuid:case_id>/<slug:step>", steps.case_step, name="case_step"),
    path("decisions", decisions.decisions, name="decisions"),
    path("decisions/<str:reference>", decisions.decision, name="decision"),
    path("banks", banks.banks, name="banks"),
]
