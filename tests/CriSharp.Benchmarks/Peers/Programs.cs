using CriSharp.Linux.Processes;

namespace CriSharp.Benchmarks.Peers;

/// <summary>The programs that a runtime is compared with, run as it runs them: by posix_spawn, without a shell.</summary>
internal static class Programs
{
    public const string Runc = "/usr/sbin/runc";
    public const string Conmon = "/usr/bin/conmon";

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    /// <returns>What it said on standard output.</returns>
    public static async Task<string> RunAsync(string program, IReadOnlyList<string> arguments, IReadOnlyList<string>? environment = null, byte[]? input = null)
    {
        if (!File.Exists(program))
        {
            throw new InvalidOperationException($"{program} is absent: apt-get install runc conmon containernetworking-plugins iproute2");
        }

        var output = await ProgramRun.RunAsync(
            new ProgramCommand
            {
                Path = program,
                Arguments = arguments,
                Environment = ["PATH=/usr/sbin:/usr/bin:/sbin:/bin", .. environment ?? []],
                StandardInput = input ?? [],
                TimeLimit = Limit,
            },
            CancellationToken.None);
        return output.Exit.ShellCode == 0
            ? output.StandardOutputText
            : throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} ended with {output.Exit.ShellCode}: {output.StandardErrorText}{output.StandardOutputText}");
    }
}
