using System.Globalization;
using System.Text;
using CriSharp.Linux.Processes;

namespace CriSharp.Linux.Tests.Headers;

/// <summary>Asks the C compiler for the values of expressions: one program, compiled and run, that prints them all.</summary>
/// <param name="moreHeaders">Those of a library.</param>
internal sealed class CProgram(params string[] moreHeaders)
{
    private const string Compiler = "/usr/bin/cc";

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    // glibc's <sys/mount.h> brings <linux/mount.h>; including that one first breaks glibc 2.36.
    private static readonly string[] Headers =
    [
        "dirent.h", "errno.h", "fcntl.h", "poll.h", "sched.h", "signal.h", "spawn.h", "stddef.h", "stdio.h", "termios.h", "time.h", "net/if.h",
        "sys/epoll.h", "sys/eventfd.h", "sys/file.h", "sys/inotify.h", "sys/ioctl.h", "sys/mman.h", "sys/mount.h", "sys/prctl.h", "sys/signalfd.h",
        "sys/socket.h", "sys/stat.h", "sys/statfs.h", "sys/syscall.h", "sys/sysmacros.h", "sys/uio.h", "sys/un.h", "sys/wait.h",
        "linux/fs.h", "linux/magic.h", "linux/openat2.h", "linux/sockios.h", "linux/rtnetlink.h",
    ];

    private readonly List<string> _expressions = [];

    /// <param name="expression">Anything that can be cast to long long.</param>
    public CProgram Add(string expression)
    {
        if (!_expressions.Contains(expression))
        {
            _expressions.Add(expression);
        }

        return this;
    }

    public async Task<IReadOnlyDictionary<string, long>> RunAsync()
    {
        Assert.True(File.Exists(Compiler), $"{Compiler} is missing: apt-get install gcc libc6-dev");
        var directory = Directory.CreateTempSubdirectory("crisharp-cc-").FullName;
        try
        {
            var source = Path.Combine(directory, "values.c");
            var program = Path.Combine(directory, "values");
            await File.WriteAllTextAsync(source, Source());
            await RunAsync(Compiler, "-Wall", "-o", program, source);
            var lines = (await RunAsync(program)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
            return lines.Select((line, i) => (Expression: _expressions[i], Value: long.Parse(line, CultureInfo.InvariantCulture))).ToDictionary(pair => pair.Expression, pair => pair.Value);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    private string Source()
    {
        var source = new StringBuilder("#define _GNU_SOURCE\n");
        foreach (var header in Headers.Concat(moreHeaders))
        {
            source.Append(CultureInfo.InvariantCulture, $"#include <{header}>\n");
        }

        source.Append("int main(void) {\n");
        foreach (var expression in _expressions)
        {
            source.Append(CultureInfo.InvariantCulture, $"  printf(\"%lld\\n\", (long long)({expression}));\n");
        }

        return source.Append("  return 0;\n}\n").ToString();
    }

    private static async Task<string> RunAsync(string path, params string[] arguments)
    {
        var output = await ProgramRun.RunAsync(
            new ProgramCommand { Path = path, Arguments = arguments, Environment = ["PATH=/usr/bin:/bin", "LC_ALL=C"], TimeLimit = Limit }, CancellationToken.None);
        Assert.True(output.Exit.ShellCode == 0, output.StandardErrorText);
        return output.StandardOutputText;
    }
}
