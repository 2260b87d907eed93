#include "service.h"

/* After an end that nobody asked for: doubled each time, back to the first once the agent has run for a while. */
#define FIRST_WAIT_MS 1000u
#define LONGEST_WAIT_MS 300000u
#define STEADY_MS 600000u
/* What the service control manager is told to wait; the agent drains for 10 s and is then ended. */
#define STOP_HINT_MS 20000u

static SERVICE_STATUS_HANDLE handle;
static HANDLE stopping;

void report(const wchar_t *what, DWORD error)
{
  wchar_t text[LINE_SIZE];
  const wchar_t *lines[] = { text };
  HANDLE log = RegisterEventSourceW(NULL, SERVICE_NAME);
  if (log == NULL) return;
  StringCchPrintfW(text, LINE_SIZE, L"%ls (%lu)", what, error);
  ReportEventW(log, EVENTLOG_ERROR_TYPE, 0, 1, NULL, 1, 0, lines, NULL);
  DeregisterEventSource(log);
}

static void tell(DWORD state, DWORD specific)
{
  SERVICE_STATUS status = { .dwServiceType = SERVICE_WIN32_OWN_PROCESS, .dwCurrentState = state };
  if (state == SERVICE_RUNNING) status.dwControlsAccepted = SERVICE_ACCEPT_STOP | SERVICE_ACCEPT_PRESHUTDOWN;
  if (state == SERVICE_STOP_PENDING) status.dwWaitHint = STOP_HINT_MS;
  if (specific != 0) status.dwWin32ExitCode = ERROR_SERVICE_SPECIFIC_ERROR;
  status.dwServiceSpecificExitCode = specific;
  SetServiceStatus(handle, &status);
}

static DWORD WINAPI on_control(DWORD control, DWORD type, void *data, void *context)
{
  (void)type, (void)data, (void)context;
  if (control == SERVICE_CONTROL_INTERROGATE) return NO_ERROR;
  if (control != SERVICE_CONTROL_STOP && control != SERVICE_CONTROL_PRESHUTDOWN) return ERROR_CALL_NOT_IMPLEMENTED;
  tell(SERVICE_STOP_PENDING, 0);
  SetEvent(stopping);
  return NO_ERROR;
}

/* Until it ends or the service is to stop; true where it is to stop. */
static bool run_once(const wchar_t *folder, const wchar_t *data)
{
  struct child child;
  HANDLE either[2] = { stopping, NULL };
  if (!child_start(&child, folder, data)) return false;
  either[1] = child.process;
  bool stop = WaitForMultipleObjects(2, either, FALSE, INFINITE) == WAIT_OBJECT_0;
  if (stop) child_stop(&child);
  child_forget(&child);
  return stop;
}

static void run_until_stopped(const wchar_t *folder, const wchar_t *data)
{
  DWORD wait = FIRST_WAIT_MS;
  for (;;) {
    ULONGLONG began = GetTickCount64();
    if (run_once(folder, data)) return;
    if (GetTickCount64() - began > STEADY_MS) wait = FIRST_WAIT_MS;
    if (WaitForSingleObject(stopping, wait) == WAIT_OBJECT_0) return;
    wait = wait * 2 > LONGEST_WAIT_MS ? LONGEST_WAIT_MS : wait * 2;
  }
}

/* The folder that this program is in. */
static bool own_folder(wchar_t *path)
{
  DWORD length = GetModuleFileNameW(NULL, path, PATH_SIZE);
  wchar_t *end = length > 0 && length < PATH_SIZE ? wcsrchr(path, L'\\') : NULL;
  if (end != NULL) *end = L'\0';
  return end != NULL;
}

/* What the service ended with: 0 where it was told to. */
static DWORD serve(void)
{
  wchar_t folder[PATH_SIZE], data[PATH_SIZE];
  if (!own_folder(folder) || !data_folder(data)) {
    report(L"Beadle's folders could not be found.", GetLastError());
    return 1;
  }
  if (!data_is_ours(data)) {
    report(L"Beadle's data is missing or belongs to somebody else: take the folder away and repair the installation.", 0);
    return 2;
  }
  hand_over_enrolment(data);
  run_until_stopped(folder, data);
  return 0;
}

static void WINAPI service_main(DWORD count, wchar_t **arguments)
{
  (void)count, (void)arguments;
  handle = RegisterServiceCtrlHandlerExW(SERVICE_NAME, on_control, NULL);
  stopping = CreateEventW(NULL, TRUE, FALSE, NULL);
  if (handle == NULL || stopping == NULL) return;
  tell(SERVICE_RUNNING, 0);
  tell(SERVICE_STOPPED, serve());
}

int wmain(void)
{
  wchar_t name[] = SERVICE_NAME;
  const SERVICE_TABLE_ENTRYW table[] = { { name, service_main }, { NULL, NULL } };
  return StartServiceCtrlDispatcherW(table) ? 0 : 1;
}
