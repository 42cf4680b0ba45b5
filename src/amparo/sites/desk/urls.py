from django.urls import path

from amparo.sites.desk import account, banks, cases, decisions, entry, factors, notices, recovery, steps

app_name = "desk"
urlpatterns = [
    path("", entry.home, name="home"),
    path("sign-in", entry.sign_in, name="sign_in"),
    path("sign-out", entry.sign_out, name="sign_out"),
    path("sign-in/second", entry.second_step, name="second_step"),
    path("account", account.account, name="account"),
    path("account/password", account.password, name="password"),
    path("account/sessions", account.end_sessions, name="end_sessions"),
    path("account/second-steps/new", factors.new_factor, name="new_factor"),
    path("account/second-steps/<int:factor_id>/remove", factors.remove, name="remove_factor"),
    path("account/recovery-codes", factors.recovery_codes, name="recovery_codes"),
    path("colleagues", account.colleagues, name="colleagues"),
    path("colleagues/<int:user_id>/reset", account.reset_factors, name="reset_factors"),
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
    path("recovery", recovery.recovery, name="recovery"),
    path("banks", banks.banks, name="banks"),
]
