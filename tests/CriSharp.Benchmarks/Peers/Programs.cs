using CriSharp.Linux.Processes;

namespace CriSharp.Benchmarks.Peers;

/// <summary>The programs that a runtime is compared with, run as it runs them: by posix_spawn, without a shell.</summary>
internal static class Programs
{
    public const string Runc = "/usr/sbin/runc";
    public const string Conmon = "/usr/bin/conmon";

    private const string SearchPath = "PATH=/usr/sbin:/usr/bin:/sbin:/bin";

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    /// <summary>Runs a program whose children may keep its output: nobody reads it, so nobody waits for its end.</summary>
    public static async Task RunSilentAsync(string program, params string[] arguments)
    {
        using var child = ChildProcess.Start(new ProgramStart { Path = program, Arguments = [program, .. arguments], Environment = [SearchPath] });
        using var limit = new CancellationTokenSource(Limit);
        var exit = await child.WaitForExitAsync(limit.Token);
        if (exit.ShellCode != 0)
        {
            throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} ended with {exit.ShellCode}");
        }
    }

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
                Environment = [SearchPath, .. environment ?? []],
                StandardInput = input ?? [],
                TimeLimit = Limit,
            },
            CancellationToken.None);
        return output.Exit.ShellCode == 0
            ? output.StandardOutputText
            : throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} ended with {output.Exit.ShellCode}: {output.StandardErrorText}{output.StandardOutputText}");
    }
}
