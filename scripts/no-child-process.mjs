// Stands in for node:child_process in the bundle: the planner starts no process.
export default {};
