#include "service.h"
#include <aclapi.h>
#include <shlobj.h>

#define SETTINGS L"SOFTWARE\\Beadle"

bool data_folder(wchar_t *path)
{
  PWSTR shared = NULL;
  bool found = SUCCEEDED(SHGetKnownFolderPath(&FOLDERID_ProgramData, 0, NULL, &shared)) &&
               SUCCEEDED(StringCchPrintfW(path, PATH_SIZE, L"%ls\\Beadle", shared));
  CoTaskMemFree(shared);
  return found;
}

/* Of the system or of its administrators, and no link to elsewhere. */
static bool is_ours(const wchar_t *path)
{
  PSID owner = NULL;
  PSECURITY_DESCRIPTOR descriptor = NULL;
  wchar_t name[PATH_SIZE];
  DWORD attributes = GetFileAttributesW(path);
  if (attributes == INVALID_FILE_ATTRIBUTES || (attributes & FILE_ATTRIBUTE_REPARSE_POINT) != 0) return false;
  StringCchCopyW(name, PATH_SIZE, path);
  if (GetNamedSecurityInfoW(name, SE_FILE_OBJECT, OWNER_SECURITY_INFORMATION, &owner, NULL, NULL, NULL, &descriptor) !=
      ERROR_SUCCESS)
    return false;
  bool ours = IsWellKnownSid(owner, WinLocalSystemSid) || IsWellKnownSid(owner, WinBuiltinAdministratorsSid);
  LocalFree(descriptor);
  return ours;
}

static bool is_there(const wchar_t *path)
{
  return GetFileAttributesW(path) != INVALID_FILE_ATTRIBUTES || GetLastError() == ERROR_ACCESS_DENIED;
}

bool data_is_ours(const wchar_t *folder)
{
  static const wchar_t *const obeyed[] = { L"identity",  L"identity\\enrolment.json", L"key", L"key\\device-key.pem",
                                           L"enrolment", ENROLMENT,                    L"log", L"log\\agent.log",
                                           L"release",   L"outbox.db" };
  if (!is_ours(folder)) return false;
  for (size_t at = 0; at < sizeof obeyed / sizeof *obeyed; at += 1) {
    wchar_t path[PATH_SIZE];
    StringCchPrintfW(path, PATH_SIZE, L"%ls\\%ls", folder, obeyed[at]);
    if (is_there(path) && !is_ours(path)) return false;
  }
  return true;
}

/* A value of letters, digits and what addresses and tokens have besides; false where it is missing or anything else. */
static bool setting(const wchar_t *name, wchar_t *value, DWORD size)
{
  DWORD bytes = size * sizeof *value;
  if (RegGetValueW(HKEY_LOCAL_MACHINE, SETTINGS, name, RRF_RT_REG_SZ, NULL, value, &bytes) != ERROR_SUCCESS) return false;
  for (const wchar_t *at = value; *at != L'\0'; at += 1)
    if (*at <= L' ' || *at > L'~') return false;
  return *value != L'\0';
}

static bool write_text(const wchar_t *path, const char *text)
{
  DWORD written = 0;
  HANDLE file = CreateFileW(path, GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, FILE_ATTRIBUTE_NORMAL, NULL);
  if (file == INVALID_HANDLE_VALUE) return false;
  bool whole = WriteFile(file, text, (DWORD)strlen(text), &written, NULL) && written == strlen(text);
  whole = FlushFileBuffers(file) && whole;
  CloseHandle(file);
  return whole;
}

void hand_over_enrolment(const wchar_t *folder)
{
  wchar_t server[512], token[512], path[PATH_SIZE];
  char text[2048];
  if (!setting(L"Server", server, 512) || !setting(L"Token", token, 512)) return;
  StringCchPrintfW(path, PATH_SIZE, L"%ls\\" ENROLMENT, folder);
  StringCchPrintfA(text, sizeof text, "server=%ls\ntoken=%ls\n", server, token);
  if (!write_text(path, text)) report(L"The enrolment could not be handed to the Beadle agent.", GetLastError());
  else RegDeleteKeyValueW(HKEY_LOCAL_MACHINE, SETTINGS, L"Token");
}
