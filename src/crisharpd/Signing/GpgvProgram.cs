using System.Globalization;
using CriSharp.Linux;
using CriSharp.Linux.Files;
using CriSharp.Linux.Processes;
using CriSharp.Primitives;
using CriSharp.Signatures.Checks;

namespace CriSharp.Daemon.Signing;

/// <summary>
/// GnuPG's gpgv: it has no agent and no key store, trusts exactly the keyrings that it is given, and writes no file here.
/// </summary>
/// <param name="scratch">Folder for the keyrings of one run each; made where it is not there. What a killed daemon left is swept.</param>
/// <param name="paths">The first that exists is used.</param>
internal sealed class GpgvProgram(string scratch, IReadOnlyList<string> paths) : IGpgv
{
    public static readonly IReadOnlyList<string> UsualPaths = ["/usr/bin/gpgv", "/usr/local/bin/gpgv", "/bin/gpgv"];

    // A claim is some hundred bytes; a message may unfold to any size.
    private const int ContentLimitBytes = 1 << 20;
    private static readonly TimeSpan RunLimit = TimeSpan.FromSeconds(30);

    private readonly Lazy<bool> _swept = new(() =>
    {
        TreeRemoval.Remove(scratch);
        return true;
    });

    /// <returns>Null: it is not installed.</returns>
    public static string? Find(IEnumerable<string> paths) => paths.FirstOrDefault(File.Exists);

    public static string AbsentWords(IEnumerable<string> paths) => $"gpgv is not installed (looked for {string.Join(", ", paths)}): install the package gpgv";

    public async Task<GpgvOutcome> RunAsync(ReadOnlyMemory<byte> message, IReadOnlyList<ReadOnlyMemory<byte>> keyrings, CancellationToken cancellationToken)
    {
        var program = Find(paths) ?? throw new RuntimeException(ErrorKind.FailedPrecondition, AbsentWords(paths));
        _ = _swept.Value;
        var home = Path.Combine(scratch, Guid.NewGuid().ToString("N"));
        HostPath.MakeDirectories(home, Permissions.PrivateFolder);
        try
        {
            var arguments = new List<string> { "--homedir", home, "--status-fd", "2", "--log-file", "/dev/null", "--output", "-" };
            foreach (var (index, keyring) in keyrings.Index())
            {
                var file = Path.Combine(home, string.Create(CultureInfo.InvariantCulture, $"{index}.gpg"));
                await File.WriteAllBytesAsync(file, keyring, cancellationToken);
                arguments.AddRange(["--keyring", file]);
            }

            return Outcome(await RunAsync(program, arguments, message, cancellationToken));
        }
        finally
        {
            TreeRemoval.Remove(home);
        }
    }

    private static GpgvOutcome Outcome(ProgramOutput output) => output.IsTruncated
        ? throw new RuntimeException(ErrorKind.FailedPrecondition, $"a signature's content is longer than {ContentLimitBytes} bytes")
        : new GpgvOutcome(output.Exit.ShellCode, output.StandardErrorText, output.StandardOutput);

    private static async Task<ProgramOutput> RunAsync(string program, List<string> arguments, ReadOnlyMemory<byte> message, CancellationToken cancellationToken)
    {
        try
        {
            return await ProgramRun.RunAsync(
                new ProgramCommand
                {
                    Path = program,
                    Arguments = arguments,
                    Environment = ["PATH=/usr/bin:/bin", "LC_ALL=C"],
                    StandardInput = message,
                    WorkingDirectory = "/",
                    TimeLimit = RunLimit,
                    OutputLimitBytes = ContentLimitBytes,
                },
                cancellationToken);
        }
        catch (TimeoutException hangs)
        {
            throw new RuntimeException(ErrorKind.DeadlineExceeded, hangs.Message, hangs);
        }
        catch (LinuxException failure)
        {
            throw new RuntimeException(ErrorKind.Internal, $"{program} could not be run: {failure.Message}", failure);
        }
    }
}
