namespace CriSharp.TestSupport.Churn;

/// <summary>How much is made and broken.</summary>
public sealed record ChurnOptions
{
    /// <summary>Pods from their making to their removal.</summary>
    public required int Pods { get; init; }

    /// <summary>Pods at the same time.</summary>
    public int Parallel { get; init; } = 20;

    /// <summary>Ends of the daemon while it works, spread over the pods: every other one is kill -9.</summary>
    public int Restarts { get; init; }

    /// <summary>Pulls and removals of images beside the pods.</summary>
    public bool PullsBeside { get; init; } = true;

    /// <summary>After it the churn is given up.</summary>
    public TimeSpan Limit { get; init; } = TimeSpan.FromMinutes(20);
}
