"""Makes a process, has its number given to another that works elsewhere, and makes a file in either: "ok", or which was where."""
import os, sys, time

base, wanted = os.getcwd(), 5
files = {"first": "one", "second": "other"}
for directory in files:
    os.mkdir(directory)


def work(directory):
    """In a child that begins there: nothing is changed that anybody would be told of."""
    os.chdir(os.path.join(base, directory))
    child = os.fork()
    if child == 0:
        for _ in range(20):  # who calls so often is looked into by more than its number
            try:
                os.unlink("never")
            except FileNotFoundError:
                pass
        os.close(os.open(files[directory], os.O_WRONLY | os.O_CREAT))
        os._exit(0)
    os.waitpid(child, 0)
    return child


met, tries = 0, 0
while met < wanted and tries < 400:
    tries += 1
    number = work("first")
    os.chdir(base)
    with open("number.new", "w") as file:
        file.write(str(number - 1))
    os.rename("number.new", "number")  # somebody outside makes it the last that was given
    while not os.path.exists("given"):
        time.sleep(0.001)
    met += work("second") == number
    os.unlink(os.path.join(base, "given"))
    if not os.path.exists(os.path.join(base, "second/other")) or os.path.exists(os.path.join(base, "first/other")):
        sys.exit("made elsewhere")
    os.unlink(os.path.join(base, "second/other"))
print("ok" if met == wanted else "the number was not given again")
