// The standalone planner's entry. nono starts it with the script that Node would run as its first word, so that the words,
// and the directory of the installation, are found where that script finds them.
process.argv.splice(1, 1);

if (process.argv[1].endsWith('/report.cjs')) require('../dist/report.cjs');
else require('../dist/cli.cjs');
