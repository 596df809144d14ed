using System.Globalization;
using CriSharp.Linux.Processes;
using Xunit.Sdk;

namespace CriSharp.Linux.Tests.Interop;

/// <summary>Asks the C compiler what the headers of this machine say: sizes, offsets, constants.</summary>
internal static class CProgram
{
    private const string Compiler = "/usr/bin/gcc";

    /// <param name="headers">"sys/epoll.h" ...</param>
    /// <param name="expressions">Integer expressions: "sizeof(struct pollfd)", "offsetof(siginfo_t, si_pid)", "EPOLLIN".</param>
    /// <returns>The value of each, in order.</returns>
    public static async Task<IReadOnlyList<long>> EvaluateAsync(IEnumerable<string> headers, IEnumerable<string> expressions)
    {
        if (!File.Exists(Compiler))
        {
            throw FailException.ForFailure($"{Compiler} is missing: apt-get install gcc libc6-dev");
        }

        var folder = Directory.CreateTempSubdirectory("c-program-");
        try
        {
            var source = Path.Combine(folder.FullName, "values.c");
            var program = Path.Combine(folder.FullName, "values");
            await File.WriteAllLinesAsync(source,
            [
                "#define _GNU_SOURCE",
                .. headers.Concat(["stdio.h", "stddef.h"]).Select(header => $"#include <{header}>"),
                "int main(void) {",
                .. expressions.Select(expression => $"  printf(\"%lld\\n\", (long long)({expression}));"),
                "  return 0;",
                "}",
            ]);
            await RunAsync(Compiler, ["-w", "-o", program, source]);
            var output = await RunAsync(program, []);
            return [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => long.Parse(line, CultureInfo.InvariantCulture))];
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task<string> RunAsync(string program, string[] arguments)
    {
        var output = await ProgramRun.RunAsync(
            new ProgramCommand { Path = program, Arguments = arguments, Environment = ["PATH=/usr/bin:/bin"], TimeLimit = TimeSpan.FromMinutes(1) },
            CancellationToken.None);
        return output.Exit.IsSuccess ? output.StandardOutputText : throw FailException.ForFailure($"{program}: {output.StandardErrorText}");
    }
}
