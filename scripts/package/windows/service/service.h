/* The Windows service that runs the agent. Node cannot answer the service control manager itself. */
#ifndef BEADLE_SERVICE_H
#define BEADLE_SERVICE_H

#define WIN32_LEAN_AND_MEAN
#include <windows.h>
#include <stdbool.h>
#include <strsafe.h>

/* Characters of a path: well above what the installer's folders need. */
#define PATH_SIZE 520
#define LINE_SIZE 2048

#define SERVICE_NAME L"BeadleAgent"

/* An agent process; it and all that it starts end with its job, and the job ends with this process. */
struct child {
  HANDLE process;
  HANDLE job;
  /* The writing end of its standard input. That it is closed is the agent's sign to stop. */
  HANDLE input;
};

/* child.c: starts the agent that is in `folder`, whose data are in `data`; false where Windows will not, told to the event
   log. */
bool child_start(struct child *child, const wchar_t *folder, const wchar_t *data);
/* Lets the agent end by itself, and after a while ends it. */
void child_stop(struct child *child);
void child_forget(struct child *child);

/* data.c: the folder of the agent's data, %ProgramData%\Beadle, as the system tells it. */
bool data_folder(wchar_t *path);
/* Whether the folder and the files that the agent obeys belong to the system or its administrators: a person who made them
   before the installation would otherwise say which server commands this device. */
bool data_is_ours(const wchar_t *folder);
/* Moves what the installer was given, the address of the server and a token, to the file in which the agent looks for it. */
#define ENROLMENT L"enrolment\\enrolment"
void hand_over_enrolment(const wchar_t *folder);

/* service.c: one line in the Windows event log. */
void report(const wchar_t *what, DWORD error);

#endif
