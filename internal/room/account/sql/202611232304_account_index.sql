-- No query looks for the links of an account.
drop index account_link_account;
