import Optimizers
import Torch

/// What a step did.
struct StepOutcome {
    /// On the device.
    let loss: Tensor
    /// Whether the optimizer took it; the loss scaler leaves it out when gradients overflow.
    let wasTaken: Bool
    /// The loss scale with which it was tried; nil without a scaler.
    let scale: Double?

    /// Whether gradients overflow that are not scaled up: a smaller scale cannot help.
    var isBeyondScaling: Bool { !wasTaken && (scale ?? 0) <= 1 }
}

extension Learner {
    /// Sets learning rate and momentum for a step of the run, counted from 0.
    ///
    /// - Parameter rateFactor: times the schedule's learning rate.
    func prepare(step index: Int, rateFactor: Double) {
        var value = schedule.value(at: index, of: recipe.epochs * plan.stepsPerEpoch)
        value.learningRateFactor *= rateFactor
        layerGroups.apply(value, in: index / plan.stepsPerEpoch)
    }

    /// One step: forward, backward, update. The loss stays on the device.
    func step(_ batch: PreparedBatch, at index: Int, rateFactor: Double = 1) throws -> StepOutcome {
        try catching {
            prepare(step: index, rateFactor: rateFactor)
            let scale = scaler?.state.scale
            let loss = loss(batch)
            let wasTaken = optimizer.step(minimizing: loss, scaler: scaler)
            optimizer.zeroGrad()
            return StepOutcome(loss: loss.detach(), wasTaken: wasTaken, scale: scale)
        }
    }
}
