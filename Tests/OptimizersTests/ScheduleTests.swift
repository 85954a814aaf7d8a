import Testing

@testable import Optimizers

/// Values that fastai publishes or its formulas give, and what schedules promise.
struct ScheduleTests {
    /// 194 batches, 5 epochs, 4e-3: the thread's ImageWoof run.
    @Test func flatAndAnnealIsTheThreads() throws {
        let schedule = try Schedule.flatAndAnneal()
        func rate(_ step: Int) -> Double { 4e-3 * schedule.value(at: step, of: 970).learningRateFactor }
        for step in [0, 300, 697, 698] { #expect(rate(step) == 4e-3) }
        #expect(abs(rate(699) - 3.999866599606903e-3) < 1e-12)
        #expect(abs(rate(834) - 2e-3) < 1e-12)
        #expect(abs(rate(969) - 1.3340039309750473e-7) < 1e-15)
        #expect(schedule.value(at: 100, of: 970).momentum == nil)
    }

    @Test func fastaisFlatAndAnnealSwitchesTheMomentum() throws {
        let schedule = try Schedule.flatAndAnneal(momenta: (0.95, 0.85))
        #expect(schedule.value(at: 698, of: 970).momentum == 0.95)
        #expect(schedule.value(at: 699, of: 970).momentum == 0.85)
    }

    @Test func flatCosIsFastai2s() throws {
        let schedule = try Schedule.flatCos()
        let values = [
            0: 1, 75: 1, 80: 0.9045094521025017, 90: 0.3454980478974981, 99: 0.0039526099162676895, 100: 1e-5,
        ]
        for (step, value) in values {
            #expect(abs(schedule.value(at: step, of: 100).learningRateFactor - value) < 1e-9)
        }
    }

    @Test func oneCycleIsFastai2s() throws {
        let schedule = try Schedule.oneCycle()
        let values: [(Int, factor: Double, momentum: Double)] = [
            (0, 0.04, 0.95), (10, 0.3716718427000253, 0.9154508497), (25, 1, 0.85), (50, 0.7500025, 0.875),
            (75, 0.2500075, 0.925), (100, 1e-5, 0.95),
        ]
        for (step, factor, momentum) in values {
            let value = schedule.value(at: step, of: 100)
            #expect(abs(value.learningRateFactor - factor) < 1e-9)
            #expect(abs(try #require(value.momentum) - momentum) < 1e-9)
        }
    }

    /// fastai 1 counts whole steps: of 10 steps, 3 rise from 1/25, and the last falls short of 1/250,000.
    @Test func oneCycleV1CountsWholeSteps() throws {
        let schedule = try Schedule.oneCycleV1()
        func factor(_ step: Int) -> Double { schedule.value(at: step, of: 10).learningRateFactor }
        #expect(abs(factor(0) - 1.0 / 25) < 1e-12)
        #expect(abs(factor(1) - (0.04 + 0.96 * 0.25)) < 1e-12)
        #expect(factor(3) == 1)
        #expect(schedule.value(at: 3, of: 10).momentum == 0.85)
        #expect(factor(9) > 1.0 / 250_000 && factor(9) < 0.06)
        #expect(abs(factor(10) - 1.0 / 250_000) < 1e-12)
    }

    /// 10,000 steps at beta2 0.999: 2,000 steps of warm-up, and down from 7,200 to 3e-5.
    @Test func ranger21WarmsUpAndDown() throws {
        let schedule = try Schedule.ranger21(learningRate: 1e-3)
        func rate(_ t: Int, of total: Int = 10_000) -> Double {
            1e-3 * schedule.value(at: t - 1, of: total).learningRateFactor
        }
        #expect(agree(rate(1), 1e-3 / 2000, 1e-15) && agree(rate(500), 2.5e-4, 1e-15))
        #expect(rate(2000) == 1e-3 && rate(2001) == 1e-3 && rate(7199) == 1e-3)
        #expect(agree(rate(7200), 1e-3 - 9.7e-4 / 2801, 1e-15))
        #expect(agree(rate(8600), 1e-3 - 9.7e-4 * 1401 / 2801, 1e-15))
        #expect(agree(rate(10_000), 3e-5, 1e-15))
        // Of 1,000 steps, 2,000 cannot be warm-up; 220 are.
        #expect(agree(rate(110, of: 1000), 5e-4, 1e-15) && rate(220, of: 1000) == 1e-3)
        #expect(throws: ScheduleError.self) { try Schedule.ranger21(learningRate: 1e-6) }
    }

    @Test func annealingsMeetTheirEnds() {
        for annealing in [Annealing.linear, .cosine, .exponential, .polynomial(power: 2)] {
            #expect(agree(annealing.value(from: 0.3, to: 0.1, at: 0), 0.3, 1e-15))
            #expect(agree(annealing.value(from: 0.3, to: 0.1, at: 1), 0.1, 1e-15))
        }
        #expect(agree(Annealing.exponential.value(from: 1e-7, to: 10, at: 0.5), 1e-3, 1e-12))
        #expect(Annealing.cosine.value(from: 1, to: 0, at: 0.5) == 0.5)
    }

    @Test func aWarmUpTimesAnAnnealingIsTheirProduct() throws {
        let schedule = try Schedule.warmUp(steps: 10).times(.annealed())
        #expect(schedule.value(at: 0, of: 100).learningRateFactor == 0)
        for step in 0...100 {
            let product =
                try Schedule.warmUp(steps: 10).value(at: step, of: 100).learningRateFactor
                * Schedule.annealed().value(at: step, of: 100).learningRateFactor
            #expect(schedule.value(at: step, of: 100).learningRateFactor == product)
        }
    }

    @Test func stepsMultiplyAtMilestones() throws {
        let schedule = try Schedule.steps(at: [0.5, 0.75], factor: 0.1)
        for (step, value) in [(0, 1.0), (49, 1), (50, 0.1), (74, 0.1), (75, 0.01), (100, 0.01)] {
            #expect(agree(schedule.value(at: step, of: 100).learningRateFactor, value, 1e-15))
        }
    }

    /// A part of a sequence sees the steps of a run of its own.
    @Test func aSequencePlaysItsPartsOneAfterAnother() throws {
        let schedule = try Schedule.sequence([(0.2, .warmUp(steps: 20)), (0.8, .annealed(.linear))])
        for step in 0..<20 {
            #expect(schedule.value(at: step, of: 100).learningRateFactor == Double(step) / 20)
        }
        for step in 20...100 {
            #expect(
                agree(schedule.value(at: step, of: 100).learningRateFactor, 1 - Double(step - 20) / 80, 1e-15)
            )
        }
    }

    /// However short the run, every step has a finite factor from 0 to 1 and a possible momentum.
    @Test func everyScheduleIsFiniteInRunsOfEveryLength() throws {
        let shares = [0, 0.01, 0.5, 0.999, 1]
        var schedules: [Schedule] = [.constant, try .annealed(), try .steps(at: shares)]
        for start in shares {
            schedules += [
                try .flatAndAnneal(start: start, momenta: (0.95, 0.85)), try .flatCos(start: start),
                try .oneCycle(start: start), try .oneCycleV1(start: start),
            ]
        }
        schedules.append(try .sequence([(0.001, .constant), (0.999, .oneCycle())]))
        schedules += [try .warmUp(steps: 5), try .ranger21(learningRate: 1e-3)]
        for schedule in schedules {
            for total in [1, 2, 3, 7, 100] {
                for step in 0...total {
                    let value = schedule.value(at: step, of: total)
                    #expect((0...1).contains(value.learningRateFactor))
                    #expect((0..<1).contains(value.momentum ?? 0))
                }
            }
        }
    }

    @Test func impossibleSchedulesAreRefused() {
        #expect(throws: ScheduleError.self) { try Schedule.flatAndAnneal(start: 1.5) }
        #expect(throws: ScheduleError.self) { try Schedule.flatAndAnneal(momenta: (0.95, 1)) }
        #expect(throws: ScheduleError.self) { try Schedule.flatCos(finalDivisor: 0) }
        #expect(throws: ScheduleError.self) { try Schedule.flatCos(start: .nan) }
        #expect(throws: ScheduleError.self) { try Schedule.oneCycle(divisor: -1) }
        #expect(throws: ScheduleError.self) { try Schedule.oneCycleV1(momenta: (1, 0.85)) }
        #expect(throws: ScheduleError.self) { try Schedule.annealed(.exponential) }
        #expect(throws: ScheduleError.self) { try Schedule.annealed(.polynomial(power: 0)) }
        #expect(throws: ScheduleError.self) { try Schedule.warmUp(steps: -1) }
        #expect(throws: ScheduleError.self) { try Schedule.steps(at: [-0.1]) }
        #expect(throws: ScheduleError.self) { try Schedule.sequence([(0.5, .constant), (0.4, .constant)]) }
        #expect(throws: ScheduleError.self) { try Schedule.sequence([]) }
    }
}
