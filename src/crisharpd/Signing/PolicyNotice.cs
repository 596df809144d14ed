using CriSharp.Daemon.Configuration;
using Microsoft.Extensions.Logging;

namespace CriSharp.Daemon.Signing;

/// <summary>Tells the log at start what images have to be signed with.</summary>
internal sealed partial class PolicyNotice(OptionsInForce inForce, ILogger<PolicyNotice> logger)
{
    public void Tell()
    {
        var options = inForce.Value;
        var troubles = PolicyFindings.Troubles(options);
        foreach (var trouble in troubles)
        {
            IsWrong(logger, trouble);
        }

        if (troubles.Count == 0)
        {
            IsInForce(logger, PolicyFindings.Summary(options));
        }
    }

    [LoggerMessage(1050, LogLevel.Information, "Signature policy {Summary}")]
    private static partial void IsInForce(ILogger logger, string summary);

    [LoggerMessage(1051, LogLevel.Error, "Images are refused by a signature policy that can't be followed: {Trouble}")]
    private static partial void IsWrong(ILogger logger, string trouble);
}
