// SPDX-License-Identifier: Apache-2.0
// Verilator's writer of waveforms does not look at what the system says of its writes. In cores with waves the linker leads its
// calls through here (--wrap): the first failure is kept for tb_waves_error(), and nothing can touch a mapping beyond the end of
// a file, which would end the program.
#include <atomic>
#include <cerrno>
#include <cstdio>
#include <sys/mman.h>
#include <sys/stat.h>
#include <zlib.h>

static std::atomic<int> failure{0};

static void note(bool failed)
{
    int none = 0;
    if (failed)
        failure.compare_exchange_strong(none, errno ? errno : EIO);
}

extern "C" {

__attribute__((visibility("default"))) int tb_waves_error(int forget)
{
    return forget ? failure.exchange(0) : failure.load();
}

size_t __real_fwrite(const void *data, size_t size, size_t count, FILE *file);
size_t __wrap_fwrite(const void *data, size_t size, size_t count, FILE *file)
{
    size_t written = __real_fwrite(data, size, count, file);
    note(size > 0 && written != count);
    return written;
}

int __real_fputc(int character, FILE *file);
int __wrap_fputc(int character, FILE *file)
{
    int written = __real_fputc(character, file);
    note(written == EOF);
    return written;
}

int __real_fflush(FILE *file);
int __wrap_fflush(FILE *file)
{
    int result = __real_fflush(file);
    note(result != 0);
    return result;
}

int __real_fclose(FILE *file);
int __wrap_fclose(FILE *file)
{
    int result = __real_fclose(file);
    note(result != 0);
    return result;
}

int __real_fseeko(FILE *file, off_t offset, int whence);
int __wrap_fseeko(FILE *file, off_t offset, int whence)
{
    int result = __real_fseeko(file, offset, whence);
    note(result != 0);
    return result;
}

int __real_gzwrite(gzFile file, const void *data, unsigned length);
int __wrap_gzwrite(gzFile file, const void *data, unsigned length)
{
    int written = __real_gzwrite(file, data, length);
    note(written != static_cast<int>(length));
    return written;
}

int __real_gzclose(gzFile file);
int __wrap_gzclose(gzFile file)
{
    int result = __real_gzclose(file);
    note(result != Z_OK);
    return result;
}

// Small files of its own that it maps: in memory, as no disk can be full there.
FILE *__real_tmpfile(void);
FILE *__wrap_tmpfile(void)
{
    int memory = memfd_create("waves", MFD_CLOEXEC);
    FILE *file = memory < 0 ? nullptr : fdopen(memory, "w+b");
    return file ? file : __real_tmpfile();
}

void *__real_mmap(void *at, size_t length, int protection, int flags, int file, off_t offset);
void *__wrap_mmap(void *at, size_t length, int protection, int flags, int file, off_t offset)
{
    struct stat s;
    if (fstat(file, &s) == 0 && s.st_size >= offset && static_cast<size_t>(s.st_size - offset) >= length)
        return __real_mmap(at, length, protection, flags, file, offset);
    note(true);
    return __real_mmap(at, length, protection, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}
}
