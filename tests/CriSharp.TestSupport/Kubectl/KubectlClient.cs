using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace CriSharp.TestSupport.Kubectl;

/// <summary>kubectl, which is not ours: it speaks SPDY/3.1 in all versions, and WebSocket from 1.31 on.</summary>
public sealed partial class KubectlClient(string serverUrl, bool webSocket)
{
    private static readonly Lazy<(int Major, int Minor)?> Installed = new(FindVersion);

    /// <summary>Why it can't be used on this machine; null: it can.</summary>
    public static string? Lack(bool webSocket) => Installed.Value switch
    {
        null => "kubectl is not installed",
        { Minor: < 31 } old when webSocket => $"kubectl {old.Major}.{old.Minor} speaks no WebSocket",
        _ => null,
    };

    /// <summary>Runs it to its end.</summary>
    public async Task<KubectlResult> RunAsync(byte[]? stdin, TimeSpan limit, params string[] arguments)
    {
        using var process = Start(stdin is not null, arguments);
        using var deadline = new CancellationTokenSource(limit);
        try
        {
            using var output = new MemoryStream();
            var reading = process.StandardOutput.BaseStream.CopyToAsync(output, deadline.Token);
            var errors = process.StandardError.ReadToEndAsync(deadline.Token);
            if (stdin is not null)
            {
                await process.StandardInput.BaseStream.WriteAsync(stdin, deadline.Token);
                process.StandardInput.Close();
            }

            await reading;
            await process.WaitForExitAsync(deadline.Token);
            return new KubectlResult(process.ExitCode, output.ToArray(), await errors);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            throw new TimeoutException($"kubectl {string.Join(' ', arguments)} took longer than {limit.TotalSeconds:0} s");
        }
    }

    /// <summary>For whoever talks to it; all streams are pipes.</summary>
    public Process Start(bool stdin, params string[] arguments)
    {
        var start = new ProcessStartInfo("kubectl")
        {
            RedirectStandardInput = stdin,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["KUBECONFIG"] = "/dev/null";
        start.Environment["HOME"] = Path.GetTempPath();
        start.Environment["KUBECTL_REMOTE_COMMAND_WEBSOCKETS"] = webSocket ? "true" : "false";
        start.Environment["KUBECTL_PORT_FORWARD_WEBSOCKETS"] = webSocket ? "true" : "false";
        foreach (var argument in (string[])["--server", serverUrl, "--namespace", "default", "--cache-dir", Path.Combine(Path.GetTempPath(), "kubectl-cache"), .. arguments])
        {
            start.ArgumentList.Add(argument);
        }

        return Process.Start(start)!;
    }

    private static (int, int)? FindVersion()
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo("kubectl", "version --client") { RedirectStandardOutput = true, RedirectStandardError = true })!;
            var found = VersionNumber().Match(process.StandardOutput.ReadToEnd());
            process.WaitForExit();
            return found.Success ? (Number(found.Groups[1]), Number(found.Groups[2])) : null;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }

    private static int Number(Group group) => int.Parse(group.ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"v(\d+)\.(\d+)\.\d+")]
    private static partial Regex VersionNumber();
}

/// <summary>What it wrote, and how it ended.</summary>
public sealed record KubectlResult(int ExitCode, byte[] Output, string Errors)
{
    public string Text => Encoding.UTF8.GetString(Output);
}
