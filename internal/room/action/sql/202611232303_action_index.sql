-- No query looks for what an action came before.
drop index action_action_before;
