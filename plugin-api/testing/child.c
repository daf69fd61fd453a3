#include "child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* In the child, which may be a copy of one thread of many: only what is async-signal-safe. */
static void become(const char *binary, char *const *arguments, int output, pid_t parent) {
    sigset_t none;
    const int null = open("/dev/null", O_RDONLY);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) _exit(127); /* the parent has died before that */
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    signal(SIGTERM, SIG_DFL);
    if (null >= 0 && dup2(null, 0) >= 0 && dup2(output, 1) >= 0 && dup2(output, 2) >= 0)
        execv(binary, arguments);
    _exit(127);
}

int ecp_test_child_start(ecp_test_child *child, const char *binary, char *const *arguments, int output) {
    const pid_t parent = getpid();
    child->id = fork();
    if (child->id < 0) return errno;
    if (child->id == 0) become(binary, arguments, output, parent);
    child->fd = (int)syscall(SYS_pidfd_open, child->id, 0);
    if (child->fd < 0) {
        const int failed = errno;
        kill(child->id, SIGKILL);
        waitpid(child->id, NULL, 0);
        return failed;
    }
    return 0;
}

int ecp_test_child_end(ecp_test_child *child, int first, int timeout_ms) {
    struct pollfd ended = {.fd = child->fd, .events = POLLIN};
    int status = 0;
    int got;
    kill(child->id, first);
    while ((got = poll(&ended, 1, timeout_ms)) < 0 && errno == EINTR) {
    }
    if (got != 1) kill(child->id, SIGKILL);
    while (waitpid(child->id, &status, 0) < 0 && errno == EINTR) {
    }
    close(child->fd);
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}
