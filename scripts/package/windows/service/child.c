#include "service.h"
/* Written for each build from scripts/bundle/launcher.ts: NODE_FLAGS, RUN_ARGUMENTS and REFUSED_VARIABLES. */
#include "agent.h"

/* Longer than the agent's own 10 s for what it still has to write. */
#define DRAIN_MS 15000u
/* What the log may have before it is put aside at a start of the agent. */
#define LOG_BYTES 4194304

/* For the agent alone: this program's own environment is the system's, without what would put code into Node. */
static void clean_environment(void)
{
  static const wchar_t *const refused[] = { REFUSED_VARIABLES };
  for (size_t at = 0; at < sizeof refused / sizeof *refused; at += 1) SetEnvironmentVariableW(refused[at], NULL);
  SetEnvironmentVariableW(L"UV_THREADPOOL_SIZE", L"2");
}

static HANDLE open_log(const wchar_t *data, SECURITY_ATTRIBUTES *inherited)
{
  wchar_t path[PATH_SIZE], old[PATH_SIZE];
  WIN32_FILE_ATTRIBUTE_DATA about;
  StringCchPrintfW(path, PATH_SIZE, L"%ls\\log\\agent.log", data);
  StringCchPrintfW(old, PATH_SIZE, L"%ls\\log\\agent.log.old", data);
  if (GetFileAttributesExW(path, GetFileExInfoStandard, &about) && about.nFileSizeLow > LOG_BYTES)
    MoveFileExW(path, old, MOVEFILE_REPLACE_EXISTING);
  return CreateFileW(path, FILE_APPEND_DATA, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, inherited, OPEN_ALWAYS,
                     FILE_ATTRIBUTE_NORMAL, NULL);
}

/* A job whose processes end when its last handle is closed, so also when this program is killed. */
static HANDLE make_job(void)
{
  JOBOBJECT_EXTENDED_LIMIT_INFORMATION limits = { 0 };
  HANDLE job = CreateJobObjectW(NULL, NULL);
  limits.BasicLimitInformation.LimitFlags = JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE;
  if (job != NULL && SetInformationJobObject(job, JobObjectExtendedLimitInformation, &limits, sizeof limits)) return job;
  if (job != NULL) CloseHandle(job);
  return NULL;
}

/* Suspended until it is in its job: nothing that it starts is outside. */
static bool start_in_job(struct child *child, const wchar_t *folder, const wchar_t *data, STARTUPINFOW *start)
{
  wchar_t program[PATH_SIZE], line[LINE_SIZE];
  PROCESS_INFORMATION made;
  const DWORD flags = CREATE_SUSPENDED | CREATE_NO_WINDOW | BELOW_NORMAL_PRIORITY_CLASS;
  if (FAILED(StringCchPrintfW(program, PATH_SIZE, L"%ls\\node.exe", folder)) ||
      FAILED(StringCchPrintfW(line, LINE_SIZE,
                              L"\"%ls\" " NODE_FLAGS L" \"%ls\\agent.mjs\" " RUN_ARGUMENTS L" \"%ls\\" ENROLMENT L"\"", program,
                              folder, data)))
    return false;
  if (!CreateProcessW(program, line, NULL, NULL, TRUE, flags, NULL, folder, start, &made)) return false;
  child->process = made.hProcess;
  bool running = AssignProcessToJobObject(child->job, made.hProcess) && ResumeThread(made.hThread) != (DWORD)-1;
  if (!running) TerminateProcess(made.hProcess, 1);
  CloseHandle(made.hThread);
  return running;
}

bool child_start(struct child *child, const wchar_t *folder, const wchar_t *data)
{
  SECURITY_ATTRIBUTES inherited = { sizeof inherited, NULL, TRUE };
  STARTUPINFOW start = { .cb = sizeof start, .dwFlags = STARTF_USESTDHANDLES };
  *child = (struct child){ NULL, make_job(), NULL };
  clean_environment();
  start.hStdError = start.hStdOutput = open_log(data, &inherited);
  /* Only the reading end and the log are inherited. Would the agent have the other end, its input would never end. */
  bool made = child->job != NULL && start.hStdError != INVALID_HANDLE_VALUE &&
              CreatePipe(&start.hStdInput, &child->input, &inherited, 0) &&
              SetHandleInformation(child->input, HANDLE_FLAG_INHERIT, 0) && start_in_job(child, folder, data, &start);
  DWORD error = GetLastError();
  if (start.hStdInput != NULL) CloseHandle(start.hStdInput);
  if (start.hStdError != INVALID_HANDLE_VALUE) CloseHandle(start.hStdError);
  if (made) return true;
  report(L"The Beadle agent could not be started.", error);
  child_forget(child);
  return false;
}

void child_stop(struct child *child)
{
  CloseHandle(child->input);
  child->input = NULL;
  if (WaitForSingleObject(child->process, DRAIN_MS) != WAIT_OBJECT_0) TerminateJobObject(child->job, 1);
}

void child_forget(struct child *child)
{
  /* The job last: what the agent has left behind ends with it. */
  HANDLE handles[] = { child->input, child->process, child->job };
  for (size_t at = 0; at < sizeof handles / sizeof *handles; at += 1)
    if (handles[at] != NULL) CloseHandle(handles[at]);
}
